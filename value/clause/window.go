package clause

import (
	"fmt"
	"math/big"
)

// irUnits are the names of units in the program, which is the same in every language.
var irUnits = map[string]string{"ms": "millisecond", "s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "month": "month"}

// readTimes: windows, days, the first event, the slope.
func (s *segment) readTimes() string {
	for i := s.part.from; i < s.part.to; i++ {
		if s.word(i) == "" {
			continue
		}
		for _, rule := range []func(int) string{s.readWindow, s.readDays, s.readEvery} {
			if reason := rule(i); reason != "" {
				return reason
			}
		}
		if n := s.find(i, "first"); n > 0 && s.isNoun(i+n) {
			s.first = true
			s.use(i, n)
		}
	}
	return ""
}

func (s *segment) readWindow(i int) string {
	set := func(window string, n int) string {
		if s.window != "" {
			return "two windows are named"
		}
		s.window = window
		s.use(i, n)
		return ""
	}
	for _, which := range []string{"first", "last"} {
		n := s.find(i, which+"-window")
		if n == 0 {
			continue
		}
		d, m := s.duration(i + n)
		if m == 0 {
			if u, k := s.longest(i+n+s.numberWidth(i+n), "units"); k > 0 && (u == "month" || u == "year") {
				return fmt.Sprintf("%ss differ in length: write it in days", irUnits["month"])
			}
			continue
		}
		if which == "first" {
			m += s.find(i+n+m, "after-release")
		}
		return set(which+" "+d, n+m)
	}
	if n := s.find(i, "within"); n > 0 {
		if d, m := s.duration(i + n); m > 0 {
			if k := s.find(i+n+m, "after-release"); k > 0 {
				return set("first "+d, n+m+k)
			}
		}
	}
	if n := s.find(i, "since-release"); n > 0 {
		s.use(i, n)
	}
	if span, n := s.longest(i, "spans"); n > 0 {
		return set(span, n)
	}
	return ""
}

func (s *segment) numberWidth(i int) int {
	_, n := s.number(i)
	return n
}

// duration is "24h" or "7d" at token i; without a number, 1.
func (s *segment) duration(i int) (string, int) {
	a, n := s.readAmount(i, false)
	switch {
	case a == nil:
		a, n = s.readTime(i)
		if u, m := s.longest(i, "units"); a == nil && clockUnits[u] != nil {
			a, n = &amount{val: big.NewRat(1, 1), unit: u}, m
		}
		if a == nil {
			return "", 0
		}
	case !a.isTime():
		return "", 0
	}
	if days := a.in("d"); a.val.Sign() <= 0 || days != nil && days.Cmp(mostDays) > 0 {
		return "", 0 // no window
	}
	return decimal(a.val) + a.unit, n
}

// mostDays are thirty years, longer than anything was counted.
var mostDays = big.NewRat(30*366, 1)

// readDays: "on 9 of 10 days", "on 9 days out of 10".
func (s *segment) readDays(i int) string {
	n := s.find(i, "on")
	if n == 0 {
		return ""
	}
	if c, m := s.longest(i+n, "comparators"); c == ">=" {
		n += m
	}
	a, m := s.readAmount(i+n, false)
	if a == nil {
		return ""
	}
	part, whole, unit := a.part, a.whole, ""
	if a.share {
		u, k := s.longest(i+n+m, "units")
		unit, m = u, m+k
	} else if w := s.find(i+n+m, "whole"); w > 0 && (a.unit == "d" || a.unit == "w") { // 9 days out of 10
		if v, k := s.number(i + n + m + w); v != nil && v.Sign() > 0 {
			part, whole, unit, m = decimal(a.val), decimal(v), a.unit, m+w+k
		}
	}
	if unit != "d" && unit != "w" && unit != "h" {
		return ""
	}
	if rat(part).Cmp(rat(whole)) > 0 || !rat(part).IsInt() || !rat(whole).IsInt() || rat(part).Sign() == 0 {
		return fmt.Sprintf("%s of %s is no number of %ss", part, whole, irUnits[unit])
	}
	if s.days != "" {
		return "two spans of time are named"
	}
	s.days = part + " of " + whole + " " + irUnits[unit] + "s"
	s.use(i, n+m)
	return ""
}

// readEvery: "every day", "on each day", "week by week". After a threshold it is each of them, after a comparison the
// trend.
func (s *segment) readEvery(i int) string {
	u, k := s.longest(i, "trends")
	if k == 0 {
		on := s.find(i, "on")
		n := s.find(i+on, "every")
		if n == 0 {
			return ""
		}
		unit, m := s.longest(i+on+n, "units")
		if m == 0 || clockUnits[unit] == nil && unit != "month" {
			return ""
		}
		u, k = "1"+unit, on+n+m
	}
	if s.days != "" {
		return "two spans of time are named"
	}
	s.days, s.slope = "every "+irUnits[u[1:]], u
	s.use(i, k)
	return ""
}
