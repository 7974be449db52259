package measure

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// CSV reads a file of records with a header line:
//
//	time,orders,failed
//	2026-03-01T10:00:00Z,120,3
//	2026-03-01T11:00:00Z,98,0
//
// The time of a record is in the column named time, or else in the first one: RFC 3339, 2026-03-01 10:00:00 or
// 2026-03-01 (both UTC), or Unix seconds. Records count whose time lies in the window, its start included and its
// end not. count:, per: and of: name columns that are summed, * the records themselves; value: and quantile: name
// a column whose cells are samples. An empty cell is no number: not measured is not 0.
type CSV struct{ *Documents }

var _ Source = CSV{}

// Sample reads the file once for all measures of it.
func (c CSV) Sample(ctx context.Context, m ir.Measure, w Window) (Observation, error) {
	obs := Observation{Window: w, Since: w.From, Coverage: 1, Query: query(m)}
	body, shown, f := c.document(ctx, m, w, "text/csv")
	if f == nil {
		obs.Source = "csv " + shown
		f = c.read(body, shown, m, &obs)
	}
	if f != nil {
		return c.fail(f, "csv", shown, obs.Query)
	}
	return obs, nil
}

func (c CSV) read(body []byte, shown string, m ir.Measure, obs *Observation) (f *Failure) {
	header, records, f := within(body, shown, obs.Window)
	if f != nil {
		return f
	}
	column := func(name string) ([]*big.Rat, *Failure) {
		i := slices.Index(header, strings.TrimSpace(name))
		if i < 0 {
			return nil, failed(NoData, "%s has no column %q", shown, name).help("its columns are " + clipLong(strings.Join(header, ", ")))
		}
		var values []*big.Rat
		for _, r := range records {
			v, f := exact(fmt.Sprintf("%s:%d: %s", shown, r.line, name), r.cells[i])
			if f != nil {
				return nil, f
			}
			values = append(values, v)
		}
		return values, nil
	}
	sum := func(name string) (*big.Rat, *Failure) {
		if strings.TrimSpace(name) == "*" {
			return big.NewRat(int64(len(records)), 1), nil
		}
		values, f := column(name)
		if f != nil {
			return nil, f
		}
		total := new(big.Rat)
		for _, v := range values {
			if v.Sign() < 0 {
				return nil, failed(SourceFailed, "%s of %s is below 0, and a count cannot be", name, shown)
			}
			total.Add(total, v)
		}
		return total, nil
	}
	if name := m.Quantile + m.Value; name != "" {
		values, f := column(name)
		if f == nil {
			sampled(obs, m.Quantile != "", m.Unit, "", values)
		}
		return f
	}
	if obs.Events, f = sum(m.Count); f != nil || whole(m) == "" {
		return f
	}
	obs.Exposure, f = sum(whole(m))
	return f
}

type record struct {
	line  int
	cells []string
}

// within are the records whose time lies in the window.
func within(body []byte, shown string, w Window) (header []string, records []record, f *Failure) {
	r := csv.NewReader(bytes.NewReader(body))
	r.TrimLeadingSpace = true
	header, err := r.Read()
	if err != nil {
		return nil, nil, failed(SourceFailed, "%s is no CSV: %s", shown, csvError(err))
	}
	for i, name := range header {
		header[i] = strings.TrimSpace(name)
		if slices.Contains(header[:i], header[i]) {
			return nil, nil, failed(SourceFailed, "%s has the column %q twice", shown, header[i])
		}
	}
	at := max(0, slices.Index(header, "time"))
	total := 0
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, failed(SourceFailed, "%s is no CSV: %s", shown, csvError(err))
		}
		line, _ := r.FieldPos(0)
		t, ok := moment(cells[at])
		if !ok {
			return nil, nil, failed(SourceFailed, "%s:%d: %s is %q, which is no time", shown, line, header[at], clip(cells[at])).
				help("write 2026-03-01T10:00:00Z, 2026-03-01 10:00:00, 2026-03-01 or Unix seconds, in the first column or one named time")
		}
		total++
		if !t.Before(w.From) && t.Before(w.To) {
			records = append(records, record{line, cells})
		}
	}
	if len(records) == 0 {
		return nil, nil, failed(NoData, "%s has no record from %s to %s, and %d of other times", shown, w.From.UTC().Format(time.RFC3339), w.To.UTC().Format(time.RFC3339), total)
	}
	return header, records, nil
}

func csvError(err error) string {
	var at *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return "it has no header"
	case errors.As(err, &at):
		return fmt.Sprintf("line %d: %s", at.Line, at.Err)
	}
	return err.Error()
}

var unix = regexp.MustCompile(`^[0-9]{9,11}(\.[0-9]{1,9})?$`)

func moment(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if unix.MatchString(s) {
		f, err := strconv.ParseFloat(s, 64)
		return seconds(f), err == nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
