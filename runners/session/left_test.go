package session

import (
	"testing"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// Pages of compensations and of @once bodies belong to no journey, and one of which nothing was measured is not told.
func TestPagesThatAreTold(t *testing.T) {
	var told []Page
	s := &Session{step: 2}
	if s.Loaded("GET /") != nil {
		t.Error("somebody wants to know")
	}
	s.OnLeft(func(p Page) { told = append(told, p) })
	left, nothing := s.Loaded("GET /"), s.Loaded("GET /blank")
	s.step = 3
	left(runners.Vitals{LCP: time.Second})
	nothing(runners.Vitals{})
	if len(told) != 1 || told[0] != (Page{"GET /", 2, runners.Vitals{LCP: time.Second}}) {
		t.Errorf("%+v", told)
	}
	for _, other := range []*Session{{undoing: true}, {inOnce: true}} {
		other.OnLeft(func(Page) {})
		if other.Loaded("GET /") != nil {
			t.Errorf("%+v", other)
		}
	}
}
