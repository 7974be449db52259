package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

// report is what is read of hoops' JSON.
type report struct {
	Stages []struct {
		Load struct {
			Journeys struct {
				Count, Failed, Dropped, Asked int64
				Achieved                      any
			}
			Requests struct{ Count, Failed int64 }
			Lateness struct{ P99, Max string }
		}
	}
}

func (b *bench) hoops(t *target, tag string, args ...string) *exec.Cmd {
	return b.pin(0, filepath.Join(b.bin, "hoops"), append([]string{"load", filepath.Join("bench", "project"), "-t", tag, "--url", t.url, "-f", "json"}, args...)...)
}

func (b *bench) fullSpeed(t *target, tag string) (*run, error) {
	r, err := b.measure(t, b.hoops(t, tag, "--rate", "max", "--max-in-flight", fmt.Sprint(connections), "--duration", b.length.String()))
	if err != nil {
		return nil, err
	}
	said, err := r.report()
	if err != nil {
		return nil, err
	}
	if n := said.Stages[0].Load.Requests.Count; n != r.counts.Requests {
		return nil, fmt.Errorf("hoops says that it sent %d requests, and the target got %d", n, r.counts.Requests)
	}
	r.counted = said.Stages[0].Load.Journeys.Failed
	return r, nil
}

func (r *run) report() (*report, error) {
	var said report
	if err := json.Unmarshal(r.out, &said); err != nil || len(said.Stages) != 1 {
		return nil, fmt.Errorf("hoops wrote no report of one stage: %v\n%s", err, r.out)
	}
	return &said, nil
}

func (b *bench) seconds() string { return fmt.Sprintf("%ds", int(b.length/time.Second)) }
