package history

// Verdicts are those that pass the filter, the last judged first.
func (s *Store) Verdicts(f VerdictFilter) (list []Verdict, _ error) {
	claims, err := s.claims()
	if err != nil {
		return nil, err
	}
	stages, err := s.stages()
	if err != nil {
		return nil, err
	}
	return list, s.verdicts(f, claims, stages, func(v Verdict) { list = append(list, v) })
}
