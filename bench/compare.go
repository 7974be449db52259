package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// generator is one that takes its turn.
type generator struct {
	name string
	turn func(t *target) (*run, error)
	goal float64 // hoops is to be at least so many times as good; 0: it is hoops
}

// busyTarget is the share of its core above which a target may have been the bottleneck.
const busyTarget = 0.85

// bare compares a GET, whose status is looked at.
func (b *bench) bare() error {
	attack, err := b.find(vegeta)
	if err != nil {
		return err
	}
	wrk, err := b.wrk()
	if err != nil {
		return err
	}
	return b.compare("A bare GET, its status looked at", []generator{
		{name: "hoops", turn: func(t *target) (*run, error) { return b.fullSpeed(t, "@bare") }},
		{name: "vegeta attack", goal: 1.5, turn: func(t *target) (*run, error) { return b.vegeta(t, attack) }},
		{name: "wrk", goal: 0.6, turn: func(t *target) (*run, error) { return b.wrkOf(t, wrk) }},
	})
}

// journey compares four requests with a captured token and six assertions.
func (b *bench) journey() error {
	command, err := b.find(k6)
	if err != nil {
		return err
	}
	return b.compare("A journey of four requests: a captured token, six assertions", []generator{
		{name: "hoops", turn: func(t *target) (*run, error) { return b.fullSpeed(t, "@journey") }},
		{name: "k6", goal: 5, turn: func(t *target) (*run, error) { return b.k6(t, command) }},
	})
}

func (b *bench) k6(t *target, command string) (*run, error) {
	c := b.pin(0, command, "run", "--quiet", filepath.Join("bench", "peers", "journey.js"))
	c.Env = append(c.Env, "TARGET="+t.url, fmt.Sprint("VUS=", connections), "DURATION="+b.seconds())
	r, err := b.measure(t, c)
	if err != nil {
		return nil, err
	}
	var said struct{ Failed int64 }
	if err := json.Unmarshal(r.out, &said); err != nil {
		return nil, fmt.Errorf("k6 wrote no summary: %w\n%s", err, r.out)
	}
	r.counted = said.Failed
	return r, nil
}

func (b *bench) vegeta(t *target, command string) (*run, error) {
	results, err := os.CreateTemp("", "vegeta-*.bin")
	if err != nil {
		return nil, err
	}
	defer os.Remove(results.Name())
	defer results.Close()
	c := b.pin(0, command, "attack", "-rate=0", fmt.Sprint("-max-workers=", connections), fmt.Sprint("-workers=", connections), "-duration="+b.seconds())
	c.Stdin = strings.NewReader("GET " + t.url + "/ping\n")
	c.Stdout = results
	r, err := b.measure(t, c)
	if err != nil {
		return nil, err
	}
	if _, err := results.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	report := exec.CommandContext(b.ctx, command, "report", "-type=json") // not part of what is measured
	report.Stdin = results
	out, err := report.Output()
	if err != nil {
		return nil, err
	}
	var said struct {
		Codes map[string]int64 `json:"status_codes"`
	}
	if err := json.Unmarshal(out, &said); err != nil {
		return nil, err
	}
	for code, n := range said.Codes {
		if code != "200" {
			r.counted += n
		}
	}
	return r, nil
}

var notGood = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)

func (b *bench) wrkOf(t *target, command string) (*run, error) {
	r, err := b.measure(t, b.pin(0, command, "-t1", fmt.Sprint("-c", connections), "-d"+b.seconds(), t.url+"/ping"))
	if err != nil {
		return nil, err
	}
	if found := notGood.FindSubmatch(r.out); found != nil {
		r.counted, _ = strconv.ParseInt(string(bytes.TrimSpace(found[1])), 10, 64)
	}
	return r, nil
}

// compare lets generators take turns and prints medians. The ratio is the median of the rounds' ratios: in one round
// the machine was the same for all.
func (b *bench) compare(title string, all []generator) error {
	t, err := b.target("-wrong-every", "100")
	if err != nil {
		return err
	}
	defer t.stop()
	runs := make([][]*run, len(all))
	for round := range b.rounds {
		for i := range all {
			j := (i + round) % len(all) // none is always the first
			r, err := all[j].turn(t)
			if err != nil {
				return fmt.Errorf("%s: %w", all[j].name, err)
			}
			runs[j] = append(runs[j], r)
		}
	}
	fmt.Printf("\n%s, %d connections\n", title, connections)
	fmt.Printf("  %-14s %14s %12s %8s %12s %16s\n", "", "requests/CPU-s", "requests/s", "ratio", "target busy", "wrong answers")
	ratios := make([]float64, len(all))
	for i, g := range all {
		each := func(of func(*run) float64) float64 { return median(runs[i], of) }
		var perRound []float64
		for n := range runs[i] {
			perRound = append(perRound, runs[0][n].perCPU()/runs[i][n].perCPU())
		}
		slices.Sort(perRound)
		ratios[i] = perRound[len(perRound)/2]
		var wrong, counted int64
		for _, r := range runs[i] {
			wrong, counted = wrong+r.counts.Wrong, counted+r.counted
		}
		busy := each((*run).busy)
		mark := ""
		if busy > busyTarget {
			mark = "!"
		}
		fmt.Printf("  %-14s %14.0f %12.0f %8.2f %11.0f%%%1s %9d of %d\n", g.name, each((*run).perCPU), each((*run).perSecond), ratios[i], 100*busy, mark, counted, wrong)
		if i == 0 {
			b.goal(counted == wrong, "hoops counts every wrong answer")
		}
	}
	for i, g := range all {
		if g.goal > 0 {
			b.goal(ratios[i] >= g.goal, "%.2f times %s per CPU-second, at least %.1f", ratios[i], g.name, g.goal)
		}
	}
	return nil
}

func median(runs []*run, of func(*run) float64) float64 {
	var all []float64
	for _, r := range runs {
		all = append(all, of(r))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
