package stat

import "time"

// Checkpoint is a look at a change that was settled before: at data up to After the release, however late they are
// read, with the error Alpha on each side.
type Checkpoint struct {
	After time.Duration
	Alpha float64
}

// Checkpoints are the looks before and after a release, which is no experiment: 1 hour, 24 hours and 7 days, with
// a tenth, a fifth and seven tenths of alpha (.005, .01 and .035 of .05). Together they err at most at alpha, however
// much the looks resemble each other; the first that decides stands.
func Checkpoints(alpha float64) [3]Checkpoint {
	return [3]Checkpoint{
		{time.Hour, alpha / 10},
		{24 * time.Hour, alpha / 5},
		{7 * 24 * time.Hour, alpha * 7 / 10},
	}
}

// PassedCheckpoints are those reached by an age, in order; next is the one to wait for, nil when all are reached.
func PassedCheckpoints(age time.Duration, alpha float64) (passed []Checkpoint, next *Checkpoint) {
	for _, c := range Checkpoints(alpha) {
		if age < c.After {
			return passed, &c
		}
		passed = append(passed, c)
	}
	return passed, nil
}
