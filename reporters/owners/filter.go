package owners

import (
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/reporters/page"
)

// Filter chooses promises. Of each kind one must fit; a kind that is left out fits all.
type Filter struct {
	Owners, Tags, Verdicts, Environments []string
	Since                                time.Time // judged then or later
}

func (f Filter) words() []string {
	var list []string
	for _, one := range []struct {
		noun   string
		chosen []string
	}{{"owner", f.Owners}, {"tag", f.Tags}, {"verdict", f.Verdicts}, {"environment", f.Environments}} {
		if len(one.chosen) > 0 {
			list = append(list, one.noun+" "+strings.Join(one.chosen, " or "))
		}
	}
	if !f.Since.IsZero() {
		list = append(list, "judged since "+page.Moment(f.Since))
	}
	return list
}

func (f Filter) feature(of Feature) bool {
	return fits(f.Environments, of.Environment) && (len(f.Tags) == 0 || slices.ContainsFunc(f.Tags, func(t string) bool {
		return slices.ContainsFunc(of.Tags, func(has string) bool { return strings.TrimPrefix(has, "@") == strings.TrimPrefix(t, "@") })
	}))
}

func (f Filter) promise(of Feature, p Promise) bool {
	owned := len(f.Owners) == 0 || slices.ContainsFunc(append([]string{of.Owner}, p.Owners...), func(o string) bool { return o != "" && fits(f.Owners, o) })
	return owned && fits(f.Verdicts, string(p.Verdict)) && !p.Judged.Before(f.Since)
}

func fits(chosen []string, value string) bool {
	return len(chosen) == 0 || slices.Contains(chosen, value)
}
