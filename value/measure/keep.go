package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// kept is an observation as a history keeps it, beside its events and exposure.
type keptObservation struct {
	Since    time.Time `json:"since,omitzero"`
	Coverage float64   `json:"coverage"`
	Source   string    `json:"source,omitempty"`
	Query    string    `json:"query,omitempty"`
	Notes    []string  `json:"notes,omitempty"`
	Gauge    *Gauge    `json:"gauge,omitempty"`
	Buckets  *ladder   `json:"buckets,omitempty"`
	Samples  []string  `json:"samples,omitempty"`
	HDR      string    `json:"hdr,omitempty"`
	Count    int64     `json:"count,omitempty"`
}

type ladder struct {
	Bounds []string `json:"bounds"`
	Counts []int64  `json:"counts"`
	Count  int64    `json:"count"`
	Time   bool     `json:"time,omitempty"`
}

// mostKept is how many samples are kept one by one.
const mostKept = 20_000

// Encode is an observation as text: exact events and exposure, and the rest of it.
func Encode(o Observation) (rest, events, exposure string, err error) {
	k := keptObservation{Since: o.Since, Coverage: o.Coverage, Source: o.Source, Query: o.Query, Notes: o.Notes, Gauge: o.Gauge}
	switch d := o.Distribution.(type) {
	case nil:
	case Samples:
		if len(d) > mostKept {
			return "", "", "", fmt.Errorf("%d samples are too many to keep", len(d))
		}
		for _, s := range d {
			k.Samples = append(k.Samples, s.RatString())
		}
	case Buckets:
		l := ladder{Counts: d.counts, Count: d.count, Time: d.time}
		for _, b := range d.bounds {
			l.Bounds = append(l.Bounds, b.RatString())
		}
		k.Buckets = &l
	case HDR:
		if k.HDR, err = d.Encode(); err != nil {
			return "", "", "", err
		}
	default:
		return "", "", "", errors.New("a distribution of this kind cannot be kept")
	}
	if o.Events == nil && o.Gauge == nil && o.Distribution == nil {
		return "", "", "", errors.New("nothing was observed")
	}
	text, err := json.Marshal(k)
	if o.Events != nil {
		events = o.Events.RatString()
	}
	if o.Exposure != nil {
		exposure = o.Exposure.RatString()
	}
	return string(text), events, exposure, err
}

// Decode is the inverse of Encode. What is damaged is an error and never a part of an observation.
func Decode(rest, events, exposure string) (Observation, error) {
	var k keptObservation
	if rest != "" {
		if err := json.Unmarshal([]byte(rest), &k); err != nil {
			return Observation{}, err
		}
	} else {
		k.Coverage = 1
	}
	o := Observation{Since: k.Since, Coverage: k.Coverage, Source: k.Source, Query: k.Query, Notes: k.Notes, Gauge: k.Gauge}
	number := func(text string) *big.Rat {
		r, ok := new(big.Rat), len(text) < 500
		if ok {
			r, ok = r.SetString(text)
		}
		if !ok {
			o.Coverage = -1
			return nil
		}
		return r
	}
	if events != "" {
		o.Events = number(events)
	}
	if exposure != "" {
		o.Exposure = number(exposure)
	}
	switch {
	case k.HDR != "":
		d, err := DecodeHDR(k.HDR)
		if err != nil {
			return Observation{}, err
		}
		o.Distribution = d
	case len(k.Samples) > 0:
		var values []*big.Rat
		for _, s := range k.Samples {
			if v := number(s); v != nil {
				values = append(values, v)
			}
		}
		o.Distribution = NewSamples(values)
	case k.Buckets != nil:
		l := k.Buckets
		b := Buckets{counts: l.Counts, count: l.Count, time: l.Time}
		for _, s := range l.Bounds {
			if v := number(s); v != nil {
				b.bounds = append(b.bounds, v)
			}
		}
		if len(b.bounds) != len(b.counts) {
			return Observation{}, errors.New("its buckets are damaged")
		}
		o.Distribution = b
	}
	if o.Coverage < 0 {
		return Observation{}, errors.New("a number in it is damaged")
	}
	return o, nil
}
