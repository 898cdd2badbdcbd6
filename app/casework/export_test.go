package casework

// Batch makes runs judge so many cases at a time.
func (s *Service) Batch(n int) { s.batch = n }
