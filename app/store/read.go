package store

import (
	"context"
	"strconv"
	"strings"
	"sync"
)

// read runs an explicit query and calls each for every row, with the row's scan. It goes round GORM, which is worth it for the
// handful of reads that every request or the page of a case makes: GORM spends more on one of them than the database does.
// Placeholders are ? on both databases. Outside a transaction PostgreSQL is asked through pgx's own pool, which keeps the
// statements prepared; GORM's PrepareStmt would prepare each anew, since database/sql gives its connections back to that pool after
// every query. each must not ask the database anything.
func (s *Store) read(ctx context.Context, each func(scan func(into ...any) error) error, query string, args ...any) error {
	if s.dialect == Postgres {
		query = numbered(query)
	}
	if s.pool != nil && !s.inTx {
		rows, err := s.pool.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := each(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	rows, err := s.db.Statement.ConnPool.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

var numberedQueries sync.Map // by the query with ?

// numbered writes $1, $2 for the placeholders of a query, none of which may have a ? elsewhere. The queries are constants of this
// package, so each is rewritten once.
func numbered(query string) string {
	if q, ok := numberedQueries.Load(query); ok {
		return q.(string)
	}
	parts := strings.Split(query, "?")
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(p)
	}
	numberedQueries.Store(query, b.String())
	return b.String()
}
