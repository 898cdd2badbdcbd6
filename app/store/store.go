// Package store remembers: it is the only room that knows GORM, SQL and the two databases, SQLite and PostgreSQL. Of ours it
// imports models/* alone. Every method that touches a branch's rows takes the branch id as an argument, and every error that
// leaves it is either a models.Error (not found, conflict) or an internal error with its place wrapped around it.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"github.com/pressly/goose/v3"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"commoncase/models"
)

//go:embed migrations
var migrations embed.FS

// GORM's recorder for Scan asks this filter and not ParameterizedQueries, and would print a failed query with its names and
// addresses in place: what it logs keeps its question marks.
func init() {
	logger.RecorderParamsFilter = func(_ context.Context, sql string, _ ...any) (string, []any) { return sql, nil }
}

// Dialect names the database in use.
type Dialect string

// The two databases.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Store is the memory of Commoncase. Inside Tx it is bound to the transaction; a Store is safe for concurrent use outside one.
type Store struct {
	db      *gorm.DB // bound to a transaction inside Tx
	inTx    bool     // db is bound to a transaction
	dialect Dialect
	now     func() time.Time // one value a transaction
	pool    *pgxpool.Pool    // nil on SQLite
	conn    *sql.Conn        // under a transaction on PostgreSQL, for the job queue; else nil
}

// Open opens the database that url names: a postgres:// URL, or the path of an SQLite file. now is the clock; its answers are
// kept in UTC, truncated to microseconds. Open does not migrate.
func Open(ctx context.Context, url string, now func() time.Time) (*Store, error) {
	s := &Store{now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
	var dialector gorm.Dialector
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		pool, err := pgxpool.New(ctx, url)
		if err != nil {
			return nil, fmt.Errorf("open postgres: %w", err)
		}
		s.dialect, s.pool = Postgres, pool
		dialector = postgres.New(postgres.Config{Conn: stdlib.OpenDBFromPool(pool)})
	} else {
		db, err := openSQLite(ctx, url)
		if err != nil {
			return nil, err
		}
		s.dialect = SQLite
		dialector = gormlite.OpenDB(db)
	}
	db, err := gorm.Open(dialector, &gorm.Config{
		TranslateError:         true,
		SkipDefaultTransaction: true, // Tx is the one way to write several rows
		NowFunc:                func() time.Time { return s.now() },
		Logger: logger.NewSlogLogger(slog.Default(), logger.Config{
			SlowThreshold: 500 * time.Millisecond, LogLevel: logger.Warn, IgnoreRecordNotFoundError: true,
			ParameterizedQueries: true, // names and addresses stay out of the log
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s.db = db
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func openSQLite(ctx context.Context, path string) (*sql.DB, error) {
	path = strings.TrimPrefix(path, "sqlite:")
	// secure_delete: what is deleted or blanked is written over, so that an erasure leaves no words between the rows.
	db, err := driver.Open("file:" + filepath.ToSlash(path) +
		"?_pragma=journal_mode(wal)&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=synchronous(normal)&_pragma=secure_delete(1)&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	db.SetMaxOpenConns(8)
	// A driver that ignores a pragma says nothing: read them back, and refuse to run without them.
	for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1"} {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
			return nil, errors.Join(fmt.Errorf("open sqlite: read pragma %s: %w", pragma, err), db.Close())
		}
		if got != want {
			return nil, errors.Join(fmt.Errorf("open sqlite: pragma %s is %q and not %q", pragma, got, want), db.Close())
		}
	}
	return db, nil
}

// Dialect says which database this is.
func (s *Store) Dialect() Dialect { return s.dialect }

// Now is the instant of the transaction, or of the clock outside one.
func (s *Store) Now() time.Time { return s.now() }

// Pool is the PostgreSQL pool for benchmarks that read without GORM; nil on SQLite.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	db, err := s.db.DB()
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	if err := db.PingContext(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

// Close closes the database.
func (s *Store) Close() error {
	db, err := s.db.DB()
	if err != nil {
		return err
	}
	err = db.Close()
	if s.pool != nil {
		s.pool.Close()
	}
	return err
}

// provider is goose bound to this database and its migrations.
func (s *Store) provider() (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations/"+string(s.dialect))
	if err != nil {
		return nil, err
	}
	db, err := s.db.DB()
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectPostgres
	if s.dialect == SQLite {
		dialect = goose.DialectSQLite3
	}
	return goose.NewProvider(dialect, db, dir)
}

// Migrate brings the schema to the newest version, that of the job queue too, and returns the versions of ours that it applied.
func (s *Store) Migrate(ctx context.Context) ([]int64, error) {
	p, err := s.provider()
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	results, err := p.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	applied := make([]int64, 0, len(results))
	for _, r := range results {
		applied = append(applied, r.Source.Version)
	}
	if err := s.migrateQueue(ctx); err != nil {
		return applied, fmt.Errorf("migrate the job queue: %w", err)
	}
	return applied, nil
}

// SchemaVersion returns the version that the database stands at and the newest that this program knows.
func (s *Store) SchemaVersion(ctx context.Context) (current, newest int64, err error) {
	p, err := s.provider()
	if err != nil {
		return 0, 0, fmt.Errorf("schema version: %w", err)
	}
	current, newest, err = p.GetVersions(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("schema version: %w", err)
	}
	return current, newest, nil
}

// Tx runs f in one transaction with one now. f gets a Store that is bound to it, and must use no other. An error rolls back.
func (s *Store) Tx(ctx context.Context, f func(*Store) error) error {
	now := s.now()
	bound := func(tx *gorm.DB, conn *sql.Conn) error {
		return f(&Store{db: tx, inTx: true, dialect: s.dialect, now: func() time.Time { return now }, pool: s.pool, conn: conn})
	}
	if s.dialect != Postgres || s.inTx {
		return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return bound(tx, s.conn) })
	}
	// The job queue wants the connection itself, which a transaction of database/sql does not give away: so it is taken first.
	return s.db.WithContext(ctx).Connection(func(c *gorm.DB) error {
		conn, ok := c.Statement.ConnPool.(*sql.Conn)
		if !ok {
			return fmt.Errorf("begin: the connection is a %T", c.Statement.ConnPool)
		}
		return c.Transaction(func(tx *gorm.DB) error { return bound(tx, conn) })
	})
}

// forUpdate locks the rows that a query reads until the transaction ends. SQLite's transactions are immediate and need none.
func (s *Store) forUpdate(db *gorm.DB) *gorm.DB {
	if s.dialect == Postgres {
		return db.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	return db
}

// translate turns a driver's error into one that a person may see, where it is one. what completes "load case".
func translate(what string, err error, notFound string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound):
		return models.Errorf(models.CodeNotFound, "%s", notFound)
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return models.Errorf(models.CodeConflict, "Somebody else saved this at the same moment. Look at it again and repeat what is still needed.")
	default:
		return fmt.Errorf("%s: %w", what, err)
	}
}
