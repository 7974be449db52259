package reporters

import "github.com/cucumber-value/hoops/runners"

// atEnd is what formats that are written when the run is over have in common. Write is called once, with the whole
// record.
type atEnd struct {
	o      Options
	record record
	write  func() error
	done   bool
}

func (a *atEnd) Emit(e runners.Event) error {
	a.record.take(e)
	return nil
}

func (a *atEnd) Close() error {
	if a.done {
		return nil
	}
	a.done = true
	a.record.close()
	return a.write()
}
