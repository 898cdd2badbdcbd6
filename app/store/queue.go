package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// Queue is River over the database of a Store: its jobs are rows beside ours, so that a job and what it is about are written in one
// transaction or not at all. This file hands River its connection and no more; what the jobs do is in app/jobs.
type Queue struct {
	pg   *river.Client[pgx.Tx]  // nil on SQLite
	lite *river.Client[*sql.Tx] // nil on PostgreSQL
}

// NewQueue makes a queue. Nothing runs before Start, and nothing of it may run any more when the Store is closed.
func (s *Store) NewQueue(cfg *river.Config) (*Queue, error) {
	q := &Queue{}
	var err error
	if s.dialect == Postgres {
		q.pg, err = river.NewClient(riverpgxv5.New(s.pool), cfg)
	} else {
		var db *sql.DB
		if db, err = s.db.DB(); err == nil {
			q.lite, err = river.NewClient(riversqlite.New(db), cfg)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("make the job queue: %w", err)
	}
	return q, nil
}

// Start begins to take jobs. ctx is of the jobs as well: where it ends, they are told to stop.
func (q *Queue) Start(ctx context.Context) error {
	if q.pg != nil {
		return q.pg.Start(ctx)
	}
	return q.lite.Start(ctx)
}

// Stop takes no more jobs and returns when those that run have ended, or when ctx ends.
func (q *Queue) Stop(ctx context.Context) error {
	if q.pg != nil {
		return q.pg.Stop(ctx)
	}
	return q.lite.Stop(ctx)
}

// Break is Stop that does not wait for the jobs: their contexts end at once.
func (q *Queue) Break(ctx context.Context) error {
	if q.pg != nil {
		return q.pg.StopAndCancel(ctx)
	}
	return q.lite.StopAndCancel(ctx)
}

// Add puts a job on the queue inside the transaction of tx: it is there once tx is committed, and not where tx is rolled back. opts may
// be nil.
func (q *Queue) Add(ctx context.Context, tx *Store, args river.JobArgs, opts *river.InsertOpts) error {
	var err error
	switch {
	case !tx.inTx:
		return errors.New("add a job: not in a transaction")
	case q.lite != nil:
		lite, ok := tx.db.Statement.ConnPool.(*sql.Tx)
		if !ok {
			return fmt.Errorf("add a job: the transaction is a %T", tx.db.Statement.ConnPool)
		}
		_, err = q.lite.InsertTx(ctx, lite, args, opts)
	default:
		err = tx.conn.Raw(func(driver any) error {
			c, ok := driver.(*stdlib.Conn)
			if !ok {
				return fmt.Errorf("the connection is a %T", driver)
			}
			_, err := q.pg.InsertTx(ctx, &within{c: c.Conn()}, args, opts)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("add a job: %w", err)
	}
	return nil
}

// migrateQueue makes River's tables, or brings them up to date.
func (s *Store) migrateQueue(ctx context.Context) error {
	if s.dialect == Postgres {
		m, err := rivermigrate.New(riverpgxv5.New(s.pool), quietly)
		if err != nil {
			return err
		}
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	}
	db, err := s.db.DB()
	if err != nil {
		return err
	}
	m, err := rivermigrate.New(riversqlite.New(db), quietly)
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// quietly: River would log each of its steps as one of ours.
var quietly = &rivermigrate.Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}

// QueueReady reports whether River's tables are those that this program knows.
func (s *Store) QueueReady(ctx context.Context) (bool, error) {
	var res *rivermigrate.ValidateResult
	if s.dialect == Postgres {
		m, err := rivermigrate.New(riverpgxv5.New(s.pool), quietly)
		if err != nil {
			return false, err
		}
		if res, err = m.Validate(ctx, nil); err != nil {
			return false, fmt.Errorf("look at the job queue: %w", err)
		}
		return res.OK, nil
	}
	db, err := s.db.DB()
	if err != nil {
		return false, err
	}
	m, err := rivermigrate.New(riversqlite.New(db), quietly)
	if err != nil {
		return false, err
	}
	if res, err = m.Validate(ctx, nil); err != nil {
		return false, fmt.Errorf("look at the job queue: %w", err)
	}
	return res.OK, nil
}

// within is a pgx transaction that GORM has begun on a connection through database/sql, as River wants it: River may begin and end
// transactions inside it, which are savepoints, and never ends the one that it is in.
type within struct {
	c      *pgx.Conn
	point  string // of a transaction inside
	points int
}

var _ pgx.Tx = (*within)(nil)

var errNotOurs = errors.New("this transaction ends where it began")

func (w *within) Begin(ctx context.Context) (pgx.Tx, error) {
	w.points++
	point := w.point + "river" + strconv.Itoa(w.points)
	if _, err := w.c.Exec(ctx, "SAVEPOINT "+point); err != nil {
		return nil, err
	}
	return &within{c: w.c, point: point}, nil
}

func (w *within) Commit(ctx context.Context) error { return w.end(ctx, "RELEASE SAVEPOINT ") }

func (w *within) Rollback(ctx context.Context) error {
	if w.point == "" {
		return pgx.ErrTxClosed // what a deferred Rollback after a Commit hears
	}
	return w.end(ctx, "ROLLBACK TO SAVEPOINT ")
}

func (w *within) end(ctx context.Context, how string) error {
	if w.point == "" {
		return errNotOurs
	}
	_, err := w.c.Exec(ctx, how+w.point)
	w.point = ""
	return err
}

func (w *within) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	return w.c.CopyFrom(ctx, table, columns, src)
}

func (w *within) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return w.c.SendBatch(ctx, b)
}

func (w *within) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} } // River stores none

func (w *within) Prepare(ctx context.Context, name, query string) (*pgconn.StatementDescription, error) {
	return w.c.Prepare(ctx, name, query)
}

func (w *within) Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	return w.c.Exec(ctx, query, args...)
}

func (w *within) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	return w.c.Query(ctx, query, args...)
}

func (w *within) QueryRow(ctx context.Context, query string, args ...any) pgx.Row {
	return w.c.QueryRow(ctx, query, args...)
}

func (w *within) Conn() *pgx.Conn { return w.c }
