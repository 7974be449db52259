// Package rate reads how many arrivals a load asks for, in words:
//
//	200/s                                   one rate, as long as the load goes on
//	90/m                                    per minute; /s, /m and /h
//	10/s to 50/s over 1m, then 50/s for 5m  ramps and plateaus, one after the other
//	10/s to 50/s every 1m for 10m           a wave, from the first rate to the second and back each minute
//	200 requests/s                          arrivals so many that their requests come at this rate
//	max                                     as fast as a fixed number of workers can: a closed model
//
// It is a floor package, so that a compiler can check what a runner will follow. It knows no clock and no
// schedule, and refuses rates without a bound.
package rate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
)

// Profile is a rate over time: segments, or Max. The zero Profile asks for nothing and is not valid.
type Profile struct {
	Segments []Segment
	Max      bool
	Requests bool // rates are of requests, not of arrivals
}

// Segment goes in a straight line from one rate to another, in arrivals per second, or in waves. Over 0 is "until
// the end", and only in the last one.
type Segment struct {
	From, To float64
	Over     time.Duration
	Every    time.Duration // of a wave, from From to To and back; 0 for a straight line
}

// Arrivals of the first x seconds of a segment.
func (s Segment) Arrivals(x float64) float64 {
	if period := s.Every.Seconds(); period > 0 {
		return (s.From+s.To)/2*x - (s.To-s.From)/2*period/(2*math.Pi)*math.Sin(2*math.Pi*x/period)
	}
	if s.Over == 0 || s.From == s.To {
		return s.From * x
	}
	return s.From*x + (s.To-s.From)/s.Over.Seconds()*x*x/2
}

// Rate after x seconds of a segment.
func (s Segment) Rate(x float64) float64 {
	if period := s.Every.Seconds(); period > 0 {
		return (s.From+s.To)/2 - (s.To-s.From)/2*math.Cos(2*math.Pi*x/period)
	}
	if s.Over == 0 {
		return s.From
	}
	return s.From + (s.To-s.From)*x/s.Over.Seconds()
}

// Divided is the profile of journeys whose requests come at this profile's rate, when each sends so many.
func (p Profile) Divided(by float64) Profile {
	out := Profile{}
	for _, s := range p.Segments {
		s.From, s.To = s.From/by, s.To/by
		out.Segments = append(out.Segments, s)
	}
	return out
}

// Bounds of a profile.
const (
	Most         = 1e6                    // arrivals per second
	Longest      = 1000 * time.Hour       // of a profile
	maxSegments  = 1000                   //
	maxSource    = 16 << 10               // bytes
	mostArrivals = float64(1_000_000_000) // of a profile
)

// Error is what is wrong with a profile. Col is 1-based, Col and Len count runes.
type Error struct {
	Col, Len int
	Message  string
	Help     string
}

func (e *Error) Error() string { return e.Message }

// Length is how long the profile takes, 0 when it does not say.
func (p Profile) Length() time.Duration {
	var total time.Duration
	for _, s := range p.Segments {
		if s.Over == 0 {
			return 0
		}
		total += s.Over
	}
	return total
}

// Arrivals is how many arrivals the profile asks for, as a real number; a last segment without a length has none.
func (p Profile) Arrivals() float64 {
	sum := 0.0
	for _, s := range p.Segments {
		sum += s.Arrivals(s.Over.Seconds())
	}
	return sum
}

// Within is the profile for a load of duration d, 0 if nobody said one: a last segment without a length gets
// what is left, and what is longer is cut.
func (p Profile) Within(d time.Duration) (Profile, error) {
	length := p.Length()
	switch {
	case p.Max || len(p.Segments) == 0:
		return p, nil
	case d < 0 || d > Longest:
		return p, fmt.Errorf("a load lasts at most %s", Longest)
	case length == 0 && d == 0:
		return p, fmt.Errorf("the rate %q goes on for ever: say a duration, or %q", p, p.String()+" for 1m")
	case length > 0 && d > length:
		return p, fmt.Errorf("the duration is %s, and the rate ends after %s: say only one", words(d), words(length))
	case d == 0:
		return p, p.bounded()
	}
	out := Profile{Requests: p.Requests}
	left := d
	for _, s := range p.Segments {
		if left == 0 {
			break
		}
		if s.Over > left && s.Every > 0 {
			s.Over = left
		}
		if s.Over > left {
			s.To = s.From + (s.To-s.From)*float64(left)/float64(s.Over)
			s.Over = left
		}
		if s.Over == 0 {
			s.Over = left
		}
		left -= s.Over
		out.Segments = append(out.Segments, s)
	}
	return out, out.bounded()
}

func (p Profile) bounded() error {
	switch n := p.Arrivals(); {
	case n > mostArrivals:
		return fmt.Errorf("the rate %q asks for %.0f arrivals: at most %.0f", p, n, mostArrivals)
	case n <= 0:
		return fmt.Errorf("the rate %q asks for no arrival", p)
	}
	return nil
}

// String is the profile in the words that ParseProfile reads.
func (p Profile) String() string {
	if p.Max {
		return "max"
	}
	var parts []string
	perSecond := func(rate float64) string {
		if text := perSecond(rate); !p.Requests {
			return text
		} else {
			return strings.Replace(text, "/", " requests/", 1)
		}
	}
	for _, s := range p.Segments {
		text := perSecond(s.From)
		length := " for "
		switch {
		case s.Every > 0:
			text += " to " + perSecond(s.To) + " every " + words(s.Every)
		case s.From != s.To:
			text += " to " + perSecond(s.To)
			length = " over "
		}
		if s.Over > 0 {
			text += length + words(s.Over)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", then ")
}

// perSecond writes a rate with the unit that keeps it shortest, without losing a bit of it.
func perSecond(r float64) string {
	best := strconv.FormatFloat(r, 'f', -1, 64) + "/s"
	for _, u := range units[1:] {
		if s := strconv.FormatFloat(r*u.seconds, 'f', -1, 64); len(s)+2 < len(best) {
			if back, _ := strconv.ParseFloat(s, 64); back/u.seconds == r {
				best = s + "/" + u.name
			}
		}
	}
	return best
}

func words(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

var units = []struct {
	name    string
	seconds float64
}{{"s", 1}, {"m", 60}, {"h", 3600}}

// ParseProfile reads a profile.
func ParseProfile(text string) (Profile, *Error) {
	p := &parser{runes: []rune(text)}
	if len(text) > maxSource {
		return Profile{}, p.errorf(0, 1, "the rate is too long: at most %d bytes", maxSource)
	}
	p.next()
	if p.word == "max" {
		p.next()
		if p.word != "" {
			return Profile{}, p.here("`max` stands alone, not before `%s`", clip(p.word))
		}
		return Profile{Max: true}, nil
	}
	var out Profile
	var total time.Duration
	for {
		began := p.from
		s, err := p.segment()
		if err != nil {
			return Profile{}, err
		}
		out.Segments = append(out.Segments, s)
		if total += s.Over; total > Longest || len(out.Segments) > maxSegments {
			return Profile{}, p.errorf(began, p.end-began, "the rate is too long: at most %s in %d parts", words(Longest), maxSegments)
		}
		if p.word == "" {
			break
		}
		if p.word != "," && p.word != "then" {
			return Profile{}, p.here("`%s` is not expected here: the next part begins with `then`", clip(p.word))
		}
		if s.Over == 0 {
			return Profile{}, p.errorf(began, p.end-began, "only the last rate may go on without an end").help("say how long: 50/s for 1m, then …")
		}
		if p.word == "," {
			p.next()
		}
		if p.word == "then" {
			p.next()
		}
	}
	out.Requests = p.of == "requests"
	last := out.Segments[len(out.Segments)-1]
	if out.Arrivals() == 0 && last.From+last.To == 0 {
		return Profile{}, p.errorf(0, len(p.runes), "a rate of 0 asks for no arrival")
	}
	if n := out.Arrivals(); n > mostArrivals {
		return Profile{}, p.errorf(0, len(p.runes), "the rate asks for %.0f arrivals: at most %.0f", n, mostArrivals)
	}
	return out, nil
}

// parser goes through the text word by word; a comma is one.
type parser struct {
	runes     []rune
	word      string // "" at the end
	from, to  int    // of the word
	end       int    // of the word before
	of        string // requests or journeys, as the first rate says
	following int
}

func (p *parser) next() {
	p.end = p.to
	i := p.following
	for i < len(p.runes) && isSpace(p.runes[i]) {
		i++
	}
	p.from = i
	for i < len(p.runes) && !isSpace(p.runes[i]) && (p.runes[i] != ',' || i == p.from) {
		i++
		if p.runes[i-1] == ',' {
			break
		}
	}
	p.to, p.following = i, i
	p.word = string(p.runes[p.from:i])
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }

const example = "write 200/s, 90/m, or 10/s to 50/s over 1m, then 50/s for 5m"

func (p *parser) segment() (s Segment, err *Error) {
	if s.From, err = p.rate(); err != nil {
		return s, err
	}
	s.To = s.From
	ramp := p.word == "to"
	if ramp {
		p.next()
		if s.To, err = p.rate(); err != nil {
			return s, err
		}
	}
	right, wrong := "for", "over"
	if ramp && p.word == "every" {
		if s.Every, err = p.time("every"); err != nil {
			return s, err
		}
		ramp = false
	}
	if ramp {
		right, wrong = wrong, right
	}
	switch p.word {
	case wrong:
		if ramp {
			return s, p.here("a ramp goes over a time").help("write over instead of for")
		}
		return s, p.here("one rate is held for a time").help("write for instead of over, or a ramp: 10/s to 50/s over 1m")
	case right:
		s.Over, err = p.time(right)
	}
	return s, err
}

// time is the one after a word, which the parser stands at.
func (p *parser) time(after string) (time.Duration, *Error) {
	p.next()
	if p.word == "" || p.word == "," {
		return 0, p.here("a time is expected after `%s`, like 1m or 90s", after)
	}
	d, bad := expr.ParseDuration(p.word)
	switch {
	case bad != nil:
		return 0, p.here("%v", bad)
	case d == 0:
		return 0, p.here("a time of 0 asks for no arrival")
	case d > Longest:
		return 0, p.here("%s is too long: at most %s", clip(p.word), words(Longest))
	}
	p.next()
	return d, nil
}

func (p *parser) rate() (float64, *Error) {
	number, unit, ok := strings.Cut(p.word, "/")
	of := "journeys"
	if !ok && expr.IsDecimal(number) {
		before := *p
		p.next()
		if what, rest, found := strings.Cut(p.word, "/"); found && (what == "requests" || what == "journeys") {
			of, unit, ok = what, rest, true
		} else {
			*p = before
		}
	}
	if ok && p.of != "" && of != p.of {
		return 0, p.here("the rates before are of %s", p.of).help("write all of them per requests, or none")
	}
	if ok {
		p.of = of
	}
	switch {
	case p.word == "" || p.word == ",":
		return 0, p.here("a rate is expected").help(example)
	case p.word == "max":
		return 0, p.here("`max` is no part of a profile: it stands alone")
	case !ok && expr.IsDecimal(number):
		return 0, p.here("a rate needs a unit").help("write " + number + "/s, or " + number + "/m a minute")
	case !expr.IsDecimal(number):
		return 0, p.here("`%s` is not a rate", clip(p.word)).help(example)
	}
	per := 0.0
	for _, u := range units {
		if u.name == unit {
			per = u.seconds
		}
	}
	if per == 0 {
		return 0, p.here("`/%s` is not a unit of rates: they are per /s, /m or /h", clip(unit)).help(example)
	}
	n, err := strconv.ParseFloat(number, 64)
	r := n / per
	switch {
	case err != nil || r > Most || math.IsInf(r, 0):
		return 0, p.here("%s is too high a rate: at most %.0f/s", clip(p.word), Most)
	case n > 0 && r < 1/Longest.Seconds():
		return 0, p.here("%s is too low a rate: not once in %s", clip(p.word), words(Longest))
	}
	p.next()
	return r, nil
}

func clip(s string) string { return diag.Cut(s, 40) }

func (p *parser) here(format string, args ...any) *Error {
	return p.errorf(p.from, p.to-p.from, format, args...)
}

func (p *parser) errorf(from, length int, format string, args ...any) *Error {
	return &Error{Col: from + 1, Len: max(1, length), Message: fmt.Sprintf(format, args...)}
}

func (e *Error) help(text string) *Error {
	e.Help = text
	return e
}
