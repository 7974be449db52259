package history

// Projects that have a history in this file, by name; a store sees only its own otherwise.
func (s *Store) Projects() ([]string, error) {
	return all(s, `select name from projects where last_run > 0 order by name`, nil, readText)
}
