//go:build unix

// Package measuretest runs the real servers that tests of measures ask: Prometheus with a past, PostgreSQL. It is for
// tests alone: it refuses to be imported by anything that is not one, and a server that is not on the machine is said
// loudly, and fails where CI is set.
package measuretest

import (
	"fmt"
	"strings"
	"time"
)

// Past is what a Prometheus server has scraped: an exposition with times, families in one piece each, as the format
// wants them.
type Past struct {
	order    []string
	families map[string][]string
}

// Add is one sample.
func (p *Past) Add(name, labels string, at time.Time, value string) {
	if p.families == nil {
		p.families = map[string][]string{}
	}
	if p.families[name] == nil {
		p.order = append(p.order, name)
	}
	p.families[name] = append(p.families[name], fmt.Sprintf("%s{%s} %s %.3f\n", name, labels, value, float64(at.UnixMilli())/1000))
}

// Every scrapes from one time until another; value says what is seen then, "" is nothing.
func (p *Past) Every(name, labels string, from, to time.Time, step time.Duration, value func(at time.Time) string) {
	for at := from; !at.After(to); at = at.Add(step) {
		if v := value(at); v != "" {
			p.Add(name, labels, at, v)
		}
	}
}

func (p *Past) String() string {
	var b strings.Builder
	for _, name := range p.order {
		for _, line := range p.families[name] {
			b.WriteString(line)
		}
	}
	return b.String()
}
