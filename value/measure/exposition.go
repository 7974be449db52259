package measure

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Series is one line of an exposition. Value is never NaN or infinite: such lines are Unusable.
type Series struct {
	Name     string  `json:"name"`
	Labels   Labels  `json:"labels,omitempty"`
	Value    float64 `json:"value"`
	Unusable string  `json:"unusable,omitempty"` // "NaN", "+Inf"
}

// readExposition reads the Prometheus text format and OpenMetrics, whose lines differ in nothing that matters
// to a sum of counters (the official decoder reads only the first, and is the oracle of the tests): a histogram stays its _bucket, _sum and _count lines, a counter keeps its _total. A body
// that was cut off is an error, because half a number is a number too.
func readExposition(body []byte, open bool) (series []Series, types map[string]string, err error) {
	if len(body) > 0 && body[len(body)-1] != '\n' && !(open && bytes.HasSuffix(body, []byte("# EOF"))) {
		return nil, nil, fmt.Errorf("the answer is cut off: its last line has no end")
	}
	types = map[string]string{}
	seen := map[string]bool{}
	ended := false
	for n, raw := range bytes.Split(body, []byte("\n")) {
		line := strings.Trim(strings.TrimSuffix(string(raw), "\r"), " \t")
		if line == "" {
			continue
		}
		if ended {
			return nil, nil, fmt.Errorf("line %d follows # EOF", n+1)
		}
		if line[0] == '#' {
			f := strings.Fields(line)
			if len(f) == 4 && f[1] == "TYPE" {
				types[f[2]] = strings.ToLower(f[3])
			}
			ended = open && line == "# EOF"
			continue
		}
		s, err := readSeries(line, open)
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		key := s.Name + "\xff" + s.Labels.key()
		if seen[key] {
			return nil, nil, fmt.Errorf("line %d: %s is there twice with the same labels", n+1, s.Name)
		}
		seen[key] = true
		series = append(series, s)
	}
	if open && !ended {
		return nil, nil, fmt.Errorf("the answer is cut off: it has no # EOF")
	}
	return series, types, nil
}

func readSeries(line string, open bool) (Series, error) {
	s := Series{Name: metricName.FindString(line), Labels: Labels{}}
	rest := strings.TrimLeft(line[len(s.Name):], " \t")
	if strings.HasPrefix(rest, "{") {
		rest = strings.TrimLeft(rest[1:], " \t")
		for !strings.HasPrefix(rest, "}") {
			// Names that are no plain words stand in quotes, the metric's own among the labels.
			label := labelName.FindString(rest)
			n := len(label)
			if label == "" {
				var err error
				if label, n, err = quoted(rest); err != nil {
					return s, err
				}
			}
			rest = strings.TrimLeft(rest[n:], " \t")
			if strings.HasPrefix(rest, "=") {
				value, n, err := quoted(strings.TrimLeft(rest[1:], " \t"))
				if err != nil {
					return s, err
				}
				if _, twice := s.Labels[label]; twice {
					return s, fmt.Errorf("the label %s is there twice", label)
				}
				s.Labels[label] = canonical(label, value)
				rest = strings.TrimLeft(strings.TrimLeft(rest[1:], " \t")[n:], " \t")
			} else if s.Name == "" {
				s.Name = label
			} else {
				return s, fmt.Errorf("the label %s has no value", label)
			}
			if strings.HasPrefix(rest, ",") {
				rest = strings.TrimLeft(rest[1:], " \t")
			} else if !strings.HasPrefix(rest, "}") {
				return s, fmt.Errorf("the labels have no end")
			}
		}
		rest = rest[1:]
	}
	if open { // an exemplar follows
		rest, _, _ = strings.Cut(rest, " # ")
	}
	f := strings.Fields(rest)
	if s.Name == "" || len(f) == 0 || len(f) > 2 {
		return s, fmt.Errorf("%q is no metric and value", clip(line))
	}
	v, err := strconv.ParseFloat(f[0], 64)
	if err != nil && !math.IsInf(v, 0) || strings.ContainsAny(f[0], "_xX") {
		return s, fmt.Errorf("%q is no number", clip(f[0]))
	}
	if len(f) == 2 {
		if _, err := strconv.ParseFloat(f[1], 64); err != nil {
			return s, fmt.Errorf("%q is no time", clip(f[1]))
		}
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		s.Unusable, v = f[0], 0
	}
	s.Value = v
	return s, nil
}

func clip(s string) string { return diag.Cut(s, 60) }
