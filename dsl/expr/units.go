package expr

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// The units. A day is 24 hours, a week 7 days; kB, MB, GB and TB are powers of 1,000, KiB … of 1,024.
var (
	durations = map[string]time.Duration{
		"ns": 1, "us": time.Microsecond, "µs": time.Microsecond, "μs": time.Microsecond, "ms": time.Millisecond,
		"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	}
	sizes = map[string]int64{
		"B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
		"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}
)

const allUnits = "ns us ms s m h d w (time), B kB MB GB TB KiB MiB GiB TiB (size), % (percent)"

// longest bounds a literal with a unit: what is longer is a mistake, not a number.
const longest = 40

// ParseDuration reads 300ms, 1m30s, 1.5h, 7d. There is no sign and no space, and 0 needs a unit too.
func ParseDuration(s string) (time.Duration, error) {
	if len(s) > longest {
		return 0, fmt.Errorf("%.20s… is too long for a duration", s)
	}
	var total time.Duration
	rest := s
	for first := true; first || rest != ""; first = false {
		number, unit, after := cutUnit(rest)
		if number == "" || !IsDecimal(number) {
			return 0, fmt.Errorf("%q is not a duration: write 300ms, 1m30s or 7d", s)
		}
		if unit == "" {
			return 0, fmt.Errorf("a duration needs a unit: write %sms or %ss", s, s)
		}
		size, ok := durations[unit]
		if !ok {
			return 0, unknownUnit(unit, s)
		}
		whole, fraction, _ := strings.Cut(number, ".")
		n, err := strconv.ParseInt("0"+whole, 10, 64)
		part := float64(0)
		if fraction != "" {
			part, _ = strconv.ParseFloat("0."+fraction, 64)
		}
		small := time.Duration(math.Round(part * float64(size)))
		if err != nil || n > int64((math.MaxInt64-total)/size) || small > math.MaxInt64-total-time.Duration(n)*size {
			return 0, fmt.Errorf("%s is too long a time", s)
		}
		total += time.Duration(n)*size + small
		rest = after
	}
	return total, nil
}

// ParsePercent reads 0.1% as 0.001.
func ParsePercent(s string) (float64, error) {
	number, ok := strings.CutSuffix(s, "%")
	if !ok || !IsDecimal(number) || len(s) > longest {
		return 0, fmt.Errorf("%q is not a percentage: write 0.1%%", s)
	}
	// Moving the point keeps the nearest number; dividing by 100 would make 0.7% a little less than 0.007.
	return strconv.ParseFloat(number+"e-2", 64)
}

// ParseSize reads 2MB, 1.5MiB, 512B as bytes.
func ParseSize(s string) (int64, error) {
	number, unit, rest := cutUnit(s)
	if !IsDecimal(number) || rest != "" || len(s) > longest {
		return 0, fmt.Errorf("%q is not a size: write 2MB or 1.5MiB", s)
	}
	if unit == "" {
		return 0, fmt.Errorf("a size needs a unit: write %sB, %skB or %sMB", s, s, s)
	}
	scale, ok := sizes[unit]
	if !ok {
		return 0, unknownUnit(unit, s)
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, fmt.Errorf("%q is not a size: write 2MB or 1.5MiB", s)
	}
	r.Mul(r, new(big.Rat).SetInt64(scale))
	switch {
	case !r.IsInt():
		return 0, fmt.Errorf("%s is not a whole number of bytes", s)
	case !r.Num().IsInt64():
		return 0, fmt.Errorf("%s is too large", s)
	}
	return r.Num().Int64(), nil
}

// unitError is the unknown unit itself, so that a diagnostic can offer the nearest.
type unitError struct{ unit, literal string }

func unknownUnit(unit, literal string) error { return &unitError{unit, literal} }

func (e *unitError) Error() string {
	return fmt.Sprintf("unknown unit %q in %s", e.unit, e.literal)
}

// Help is what to write instead.
func (e *unitError) Help() string {
	if statusClass.MatchString(e.literal) {
		first := e.literal[:1]
		return "write status >= " + first + "00 && status <= " + first + "99, or the step: the status is " + e.literal
	}
	if meant := e.meant(); meant != "" {
		return "did you mean " + meant + "?"
	}
	var known []string
	for _, u := range strings.FieldsFunc(allUnits, func(c rune) bool { return strings.ContainsRune(" (),%", c) }) {
		if strings.EqualFold(u, e.unit) {
			return "did you mean " + strings.Replace(e.literal, e.unit, u, 1) + "?"
		}
		if len(u) <= 3 {
			known = append(known, u)
		}
	}
	if near := diag.Closest(e.unit, known); near != "" && len(e.unit) > 1 {
		return "did you mean " + strings.Replace(e.literal, e.unit, near, 1) + "?"
	}
	return "the units are " + allUnits
}

// cutUnit is the number at the start of s, the letters after it, and what follows.
func cutUnit(s string) (number, unit, rest string) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		i++
	}
	j := i
	for j < len(s) && !(s[j] >= '0' && s[j] <= '9' || s[j] == '.') {
		j++
	}
	return s[:i], s[i:j], s[j:]
}

// IsDecimal reports digits with at most one point among them.
func IsDecimal(s string) bool {
	digits, points := 0, 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && points <= 1
}
