package clause

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// The slots of a claim beside its quantity and its noun. Each rule looks through the part, uses up the words
// that it understands, and returns a reason only when words are certainly meant for it and make no sense.

func (s *segment) warn(from, to int, code, message string) diag.Diagnostic {
	return diag.Warnf(s.p.rangeOf(from, to), code, "%s", message)
}

// readConfidence: "with 99% confidence".
func (s *segment) readConfidence() string {
	for i := s.part.from; i < s.part.to; i++ {
		n := s.find(i, "with")
		if n == 0 {
			continue
		}
		a, m := s.readAmount(i+n, false)
		if a == nil || a.unit != "%" {
			continue
		}
		if k := s.find(i+n+m, "confidence"); k > 0 {
			s.confidence, s.confidenceAt = a, [2]int{i, i + n + m + k}
			s.use(i, n+m+k)
		}
	}
	return ""
}

// readBaseline: "than last week", "as last week". The "than" of "more than 5" is a comparator's.
func (s *segment) readBaseline() string {
	for i := s.part.from; i < s.part.to; i++ {
		certain := s.find(i, "than")
		n := max(certain, s.find(i, "than-perhaps"))
		if n == 0 || s.comparator(i) {
			continue
		}
		name, m := s.baselineAt(i + n)
		switch {
		case m > 0 && s.baseline != "":
			return "two things to compare with are named"
		case m > 0:
			s.baseline = name
			s.use(i, n+m)
		case certain > 0:
			end := i + n
			for end < s.part.to && s.word(end) != "" {
				end++
			}
			text, _, _ := s.p.words(i+n, end)
			if text == "" {
				than, _, _ := s.p.words(i, i+n)
				return fmt.Sprintf("nothing to compare with stands after %q", than)
			}
			if near := s.p.nearest(text); near != "" {
				return fmt.Sprintf("%q is no baseline: did you mean %q?", text, near)
			}
			return fmt.Sprintf("%q is no baseline: write %s", text, s.l.say("baseline-hint"))
		}
	}
	return ""
}

// comparator reports whether the word at i is inside "more than 5".
func (s *segment) comparator(i int) bool {
	for j := max(s.part.from, i-5); j <= i; j++ {
		if _, n := s.longest(j, "comparators"); n > 0 && j+n > i {
			if a, _ := s.readAmount(j+n, true); a != nil {
				return true
			}
			if a, _ := s.readTime(j + n); a != nil {
				return true
			}
		}
	}
	return false
}

// baselineAt: "last week", "release 1.2", "the average of the last 4 weeks". The names are those of ir.Claim.
func (s *segment) baselineAt(i int) (string, int) {
	if name, n := s.declaredAt(i); n > 0 {
		return name, n
	}
	name, n := s.longest(i, "baselines")
	role, k := s.longest(i, "baseline-words")
	switch role {
	case "release":
		if i+k >= s.part.to || s.word(i+k) == "" || k < n {
			break
		}
		j := i + k + 1
		for j < s.part.to && s.p.tokens[j].start == s.p.tokens[j-1].end { // 1.2-rc1 is several tokens
			j++
		}
		text, _, _ := s.p.words(i+k, j)
		return "release " + text, j - i
	case "average":
		v, m := s.number(i + k)
		unit, u := s.longest(i+k+m, "baseline-words")
		if v != nil && v.IsInt() && v.Sign() > 0 && u > 0 && (unit == "weeks" || unit == "releases") {
			return "average of the last " + decimal(v) + " " + unit, k + m + u
		}
	}
	for sign := range s.l.particles["version-sign"] {
		if rest, ok := strings.CutPrefix(s.word(i), sign); ok && n == 0 && versionNumber.MatchString(rest) { // v1.2
			return "release " + s.p.tokens[i].text, 1
		}
	}
	return name, n
}

var versionNumber = regexp.MustCompile(`^\d[\w.-]*$`)

// readPer: "a day", "per hour", "per thousand sums", "in every 1,000 sums", "daily".
func (s *segment) readPer() string {
	for i := s.part.from; i < s.part.to; i++ {
		if u, n := s.longest(i, "adverbs"); n > 0 {
			if reason := s.setPer(u, i, n); reason != "" {
				return reason
			}
			continue
		}
		n := max(s.find(i, "each"), s.find(i, "a"))
		if _, unit := s.longest(i, "units"); unit > 0 || s.measure.Quantile != "" || s.compared(i) { // per cent; under a minute
			continue
		}
		if n > 0 {
			k, m := s.number(i + n)
			if u, w := s.longest(i+n+m, "units"); w > 0 && (clockUnits[u] != nil || u == "month" || u == "year") {
				if clockUnits[u] == nil {
					return fmt.Sprintf("%ss differ in length: write a rate per day or per week", u)
				}
				if k != nil && k.Cmp(one) != 0 {
					same := (&amount{val: k, unit: u}).whole1()
					if same == "" {
						return "a rate is per minute, per hour, per day or per week"
					}
					u = strings.TrimPrefix(same, "1")
				}
				if reason := s.setPer("1"+u, i, n+m+w); reason != "" {
					return reason
				}
				continue
			}
		}
		if n = max(s.find(i, "each"), s.find(i, "in")); n == 0 {
			continue
		}
		k, m := s.number(i + n)
		if k == nil {
			if s.find(i, "each") == 0 {
				continue
			}
			k = one
		}
		j := i + n + m
		end := j
		for end < s.part.to && !s.used[end-s.part.from] && s.countedPer(s.p.tokens[end].word) {
			end++
		}
		if end == j {
			if s.find(i, "each") == 0 || m == 0 && s.find(i, "every") > 0 || s.word(i) == "/" {
				continue
			}
			if s.measure.Per == "" {
				return fmt.Sprintf("%q has no per:, so there is no rate of it", s.measure.Name)
			}
			return fmt.Sprintf("%q is counted per %s", s.measure.Name, exposure(s.measure.Per))
		}
		text, _, _ := s.p.words(j, end)
		if reason := s.setPer(decimal(k)+" "+text, i, end-i); reason != "" {
			return reason
		}
	}
	return ""
}

// compared reports whether a comparator ends right before i.
func (s *segment) compared(i int) bool {
	for j := max(s.part.from, i-s.l.longest); j < i; j++ {
		if _, n := s.longest(j, "comparators"); n > 0 && j+n == i {
			return true
		}
	}
	return false
}

func (s *segment) setPer(per string, i, n int) string {
	if s.per != "" {
		return "two rates are named in one claim"
	}
	s.per = per
	s.use(i, n)
	return ""
}

// whole1 is "1d" for 24 hours, "" when no unit is that long.
func (a *amount) whole1() string {
	for u := range clockUnits {
		if v := a.in(u); v != nil && v.Cmp(one) == 0 {
			return "1" + u
		}
	}
	return ""
}

// countedPer reports whether the metric that a measure is counted per speaks of the word.
func (s *segment) countedPer(w string) bool {
	for _, name := range notWord.Split(s.measure.Per, -1) {
		if len(w) > 2 && s.l.same(name, w) {
			return true
		}
	}
	return false
}

var notWord = regexp.MustCompile(`[^\pL\pN]+`)

// metricName is what the plain word for an exposure can be taken from; a query is none.
var metricName = regexp.MustCompile(`^[\pL_:][\pL\pN_:]*$`)

// exposure is the plain word for a metric: sums for calculator_sums_total{env="x"}; "" for a query.
func exposure(selector string) string {
	name, _, _ := strings.Cut(selector, "{")
	name = strings.TrimSpace(name)
	if !metricName.MatchString(name) {
		return ""
	}
	var last string
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == ':' }) {
		if w != "total" && w != "count" {
			last = w
		}
	}
	return last
}

var percentileNumber = regexp.MustCompile(`^\d{1,2}(\.\d+)?$`)

// readPercentile: "at p99", "p99 of", "at the 99th percentile".
func (s *segment) readPercentile() string {
	for i := s.part.from; i < s.part.to; i++ {
		at, n := "", 0
		for sign := range s.l.particles["percentile-sign"] {
			if rest, ok := strings.CutPrefix(s.word(i), sign); ok && percentileNumber.MatchString(rest) {
				at, n = rest, 1
			}
		}
		if s.word(i) != "" && s.p.tokens[i].kind == number && percentileNumber.MatchString(s.word(i)) {
			if k := s.find(i+1, "ordinal"); k > 0 {
				if m := s.find(i+1+k, "percentile"); m > 0 {
					at, n = s.word(i), 1+k+m
				}
			}
		}
		if n == 0 {
			continue
		}
		if s.percentile != "" {
			return "two percentiles are named"
		}
		s.percentile = at
		j := i
		if s.l.has("articles", s.word(j-1)) {
			j--
		}
		if s.find(j-1, "at") > 0 {
			j--
		}
		k := s.find(i+n, "of")
		s.use(j, i+n+k-j)
	}
	return ""
}

// readWithin: "within 300 ms", "in under 2 minutes", "in 300 ms or less", "unchanged within 5%".
func (s *segment) readWithin() string {
	for i := s.part.from; i < s.part.to && s.within == nil; i++ {
		if n := s.find(i, "within-time"); n > 0 && (s.measure.Quantile != "" || clockUnits[s.measure.Unit] != nil) {
			if a, m := s.readLimit(i + n); a != nil {
				s.within = a
				s.use(i, n+m)
				s.use(i+n+m, s.find(i+n+m, "or-less"))
				continue
			}
		}
		if n := s.find(i, "within"); n > 0 {
			if a, m := s.readAmount(i+n, false); a != nil && a.unit == "%" {
				s.within = a
				s.use(i, n+m)
			}
		}
	}
	return ""
}

var one = big.NewRat(1, 1)
