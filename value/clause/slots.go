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
		if s.word(i) != "with" {
			continue
		}
		a, n := s.readAmount(i+1, false)
		if a == nil || a.unit != "%" || s.word(i+1+n) != "confidence" {
			continue
		}
		s.confidence = true
		s.p.diags = append(s.p.diags, s.warn(i, i+2+n, "value/confidence", "a confidence means nothing here: what is counted is a fact about its window").
			WithHelp("leave the words out"))
		s.use(i, n+2)
	}
	return ""
}

// readTimes: windows, days, the first event, the slope.
func (s *segment) readTimes() string {
	for i := s.part.from; i < s.part.to; i++ {
		switch w := s.word(i); w {
		case "on":
			if a, n := s.readAmount(i+1, false); a != nil && a.share && strings.HasPrefix(s.word(i+1+n), "day") {
				text, _, _ := s.p.words(i+1, i+2+n)
				s.days = text
				s.use(i, n+2)
			}
		case "in", "over", "during":
			skip := s.at(i+1, "the first") + s.at(i+1, "the last")
			if skip == 0 {
				continue
			}
			which := s.word(i + 2)
			if d, n := s.duration(i + 1 + skip); n > 0 {
				s.window = which + " " + d
				s.use(i, 1+skip+n)
			}
		case "within":
			d, n := s.duration(i + 1)
			if n == 0 || s.word(i+1+n) != "of" {
				continue
			}
			j := i + 2 + n
			if s.word(j) == "the" {
				j++
			}
			if s.word(j) == "release" {
				s.window = "first " + d
				s.use(i, j+1-i)
			}
		case "of":
			if s.at(i+1, "the") > 0 && (s.word(i+2) == "month" || s.word(i+2) == "week" || s.word(i+2) == "day" || s.word(i+2) == "year") {
				s.window = "the " + s.word(i+2)
				s.use(i, 3)
			}
		case "each", "every":
			if u := s.l.units[s.word(i+1)]; clockUnits[u] || u == "month" {
				if s.days != "" {
					return "two spans of time are named"
				}
				s.days = "every " + s.p.tokens[i+1].word
				s.slope = "1" + u
				s.use(i, 2)
			}
		case "first":
			if s.isNoun(i + 1) {
				s.first = true
				s.use(i, 1)
			}
		}
	}
	return ""
}

// duration is "24h" or "7d" at token i.
func (s *segment) duration(i int) (string, int) {
	a, n := s.readAmount(i, false)
	if a == nil || !a.isTime() {
		return "", 0
	}
	return decimal(a.val) + a.unit, n
}

// readBaseline: "than last week", "as last week". The "than" of "more than 5" is a comparator's.
func (s *segment) readBaseline() string {
	for i := s.part.from; i < s.part.to; i++ {
		w := s.word(i)
		if w != "than" && w != "as" && w != "against" || s.comparator(i) {
			continue
		}
		name, n := s.longest(i+1, s.l.baselines)
		if n == 0 {
			name, n = s.namedBaseline(i + 1)
		}
		switch {
		case n > 0:
			s.baseline = name
			s.use(i, n+1)
		case w == "than":
			end := i + 1
			for end < s.part.to && s.word(end) != "" {
				end++
			}
			text, _, _ := s.p.words(i+1, end)
			if text == "" {
				return `nothing to compare with stands after "than"`
			}
			return fmt.Sprintf("%q is no baseline: write \"than the previous release\", \"than last week\" or \"than release 1.2\"", text)
		}
	}
	return ""
}

// comparator reports whether the word at i is inside "more than 5".
func (s *segment) comparator(i int) bool {
	for j := max(s.part.from, i-4); j <= i; j++ {
		if _, n := s.longest(j, s.l.comparators); n > 0 && j+n > i {
			if a, _ := s.readAmount(j+n, true); a != nil {
				return true
			}
		}
	}
	return false
}

// namedBaseline: "release 1.2", "the average of the last 4 weeks".
func (s *segment) namedBaseline(i int) (string, int) {
	if s.word(i) == "release" && i+1 < s.part.to && s.word(i+1) != "" {
		j := i + 2
		for j < s.part.to && s.p.tokens[j].start == s.p.tokens[j-1].end { // 1.2-rc1 is several tokens
			j++
		}
		text, _, _ := s.p.words(i+1, j)
		return "release " + text, j - i
	}
	if n := s.at(i, "the average of the last"); n > 0 {
		if v, m := s.number(i + n); v != nil && v.IsInt() {
			if w := s.word(i + n + m); w == "weeks" || w == "releases" {
				return "average of the last " + decimal(v) + " " + w, n + m + 1
			}
		}
	}
	return "", 0
}

// readPer: "a day", "per hour", "per thousand sums".
func (s *segment) readPer() string {
	for i := s.part.from; i < s.part.to; i++ {
		w := s.word(i)
		if w != "per" && w != "a" && w != "an" {
			continue
		}
		if u := s.l.units[s.word(i+1)]; u != "" && (clockUnits[u] || u == "month" || u == "year") {
			if !clockUnits[u] {
				return fmt.Sprintf("%ss differ in length: write a rate per day or per week", u)
			}
			s.per = "1" + u
			s.use(i, 2)
			continue
		}
		if w != "per" || s.word(i+1) == "cent" {
			continue
		}
		k, n := s.number(i + 1)
		if k == nil {
			k = big.NewRat(1, 1)
		}
		j := i + 1 + n
		end := j
		for end < s.part.to && !s.used[end-s.part.from] && s.countedPer(s.p.tokens[end].word) {
			end++
		}
		if end == j {
			if s.measure.Per == "" {
				return fmt.Sprintf("%q has no per:, so there is no rate of it", s.measure.Name)
			}
			return fmt.Sprintf("%q is counted per %s", s.measure.Name, exposure(s.measure.Per))
		}
		text, _, _ := s.p.words(j, end)
		s.per = decimal(k) + " " + text
		s.use(i, end-i)
	}
	return ""
}

// countedPer reports whether the metric that a measure is counted per speaks of the word.
func (s *segment) countedPer(w string) bool {
	for _, name := range notWord.Split(s.measure.Per, -1) {
		if len(w) > 2 && s.l.stem(name) == s.l.stem(w) {
			return true
		}
	}
	return false
}

var notWord = regexp.MustCompile(`[^\pL\pN]+`)

// exposure is the plain word for a metric: sums for calculator_sums_total{env="x"}.
func exposure(selector string) string {
	name, _, _ := strings.Cut(selector, "{")
	var last string
	for _, w := range notWord.Split(strings.TrimSpace(name), -1) {
		if w != "" && w != "total" && w != "count" {
			last = w
		}
	}
	return last
}

var percentileWord = regexp.MustCompile(`^p(\d{1,2}(?:\.\d+)?)$`)

// readPercentile: "at p99".
func (s *segment) readPercentile() string {
	for i := s.part.from; i < s.part.to; i++ {
		if m := percentileWord.FindStringSubmatch(s.word(i + 1)); s.word(i) == "at" && m != nil {
			s.percentile = m[1]
			s.use(i, 2)
		}
	}
	return ""
}

// readWithin: "within 300 ms", "in under 2 minutes", "unchanged within 5%".
func (s *segment) readWithin() string {
	for i := s.part.from; i < s.part.to; i++ {
		n := s.at(i, "within")
		for _, phrase := range []string{"in under", "in less than", "in at most"} {
			n += s.at(i, phrase)
		}
		if n == 0 {
			continue
		}
		if a, m := s.readAmount(i+n, false); a != nil && (a.isTime() || a.unit == "%") && s.within == nil {
			s.within = a
			s.use(i, n+m)
		}
	}
	return ""
}
