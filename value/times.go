package value

import (
	"slices"
	"time"

	"github.com/cucumber-value/hoops/value/measure"
)

// Release is a version of the software that went live.
type Release struct {
	Environment string
	Version     string
	At          time.Time
	Digest      string // of the artefact that it went with
}

// Times is what the windows of claims are made of: the moment of judging, the run that it belongs to, and the
// releases of the environment.
type Times struct {
	Now      time.Time
	Run      measure.Window // the current run; zero when nothing was run
	Alone    bool           // no run precedes the judging
	Since    time.Duration  // how far an evaluation alone looks back, where somebody said so; it comes before releases
	Releases []Release      // of the environment, the latest first
	Zone     *time.Location // of days and weeks; nil is UTC

	// ExcludeSynthetic leaves out hoops' own traffic where a measure does not say: the default of environments that
	// refuse writes.
	ExcludeSynthetic bool
}

// lookBack is how far an evaluation alone looks back where there is no release and nobody says.
const lookBack = 24 * time.Hour

// live is the release that is live now, and where it stands in the list. A version that was recorded again and
// again is live since the first of these.
func (t Times) live() (Release, int) { return t.version(0) }

// version is the n-th different version back from now, -1 when there are not so many.
func (t Times) version(back int) (Release, int) {
	for i, r := range t.Releases {
		if r.At.After(t.Now) || i+1 < len(t.Releases) && t.Releases[i+1].Version == r.Version {
			continue
		}
		if back == 0 {
			return r, i
		}
		back--
	}
	return Release{}, -1
}

// after is when another version followed the release at i; zero when none did.
func (t Times) after(i int) time.Time {
	for j := i - 1; j >= 0; j-- {
		if t.Releases[j].Version != t.Releases[i].Version && !t.Releases[j].At.After(t.Now) {
			return t.Releases[j].At
		}
	}
	return time.Time{}
}

func (t Times) zone() *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}

// startOf is when the calendar unit of a moment began; weeks begin on Monday.
func (t Times) startOf(unit string, at time.Time) time.Time {
	at = at.In(t.zone())
	y, m, d := at.Date()
	switch unit {
	case "hour":
		return time.Date(y, m, d, at.Hour(), 0, 0, 0, t.zone())
	case "week":
		return time.Date(y, m, d-(int(at.Weekday())+6)%7, 0, 0, 0, 0, t.zone())
	case "month":
		return time.Date(y, m, 1, 0, 0, 0, 0, t.zone())
	case "year":
		return time.Date(y, 1, 1, 0, 0, 0, 0, t.zone())
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.zone())
}

// step is the start of the unit n after another. Days are calendar days, of 23 to 25 hours.
func (t Times) step(unit string, from time.Time, n int) time.Time {
	from = from.In(t.zone())
	switch unit {
	case "hour":
		return from.Add(time.Duration(n) * time.Hour)
	case "week":
		return from.AddDate(0, 0, 7*n)
	case "month":
		return from.AddDate(0, n, 0)
	case "year":
		return from.AddDate(n, 0, 0)
	}
	return from.AddDate(0, 0, n)
}

// sorted returns the times with releases latest first, whatever order they came in.
func (t Times) sorted() Times {
	t.Releases = slices.Clone(t.Releases)
	slices.SortStableFunc(t.Releases, func(a, b Release) int { return b.At.Compare(a.At) })
	return t
}
