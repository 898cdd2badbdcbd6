package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils"
)

// queryLog is GORM's log without the queries: a query that failed or was slow is named by the place in this package that asked it.
// What was asked for stays out of the log, for it is names, addresses and hashes of tokens, and GORM prints it for
// Raw(...).Scan whatever ParameterizedQueries says.
type queryLog struct{ logger.Interface }

func newQueryLog() queryLog {
	return queryLog{logger.NewSlogLogger(slog.Default(), logger.Config{SlowThreshold: 500 * time.Millisecond, LogLevel: logger.Warn,
		IgnoreRecordNotFoundError: true, ParameterizedQueries: true})}
}

// Trace is called after every query.
func (l queryLog) Trace(ctx context.Context, began time.Time, _ func() (sql string, rows int64), err error) {
	l.Interface.Trace(ctx, began, func() (string, int64) { return utils.FileWithLineNum(), -1 }, err)
}
