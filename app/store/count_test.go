package store

import (
	"sync/atomic"

	"gorm.io/gorm"
)

// CountStatements counts the statements that the store runs from now on, for tests of how many a page needs.
func (s *Store) CountStatements() func() int {
	var n atomic.Int64
	count := func(*gorm.DB) { n.Add(1) }
	c := s.db.Callback()
	for _, err := range []error{
		c.Query().Before("gorm:query").Register("count", count), c.Row().Before("gorm:row").Register("count", count),
		c.Raw().Before("gorm:raw").Register("count", count), c.Create().Before("gorm:create").Register("count", count),
		c.Update().Before("gorm:update").Register("count", count), c.Delete().Before("gorm:delete").Register("count", count),
	} {
		if err != nil {
			panic(err)
		}
	}
	return func() int { return int(n.Load()) }
}
