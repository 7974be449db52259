package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// many is how many journeys are in flight at once.
const many = 10_000

// memory looks at what hoops takes while many journeys wait for a slow server, and while one does.
func (b *bench) memory() error {
	t, err := b.target("-delay", "8s")
	if err != nil {
		return err
	}
	defer t.stop()
	one, err := b.resident(t, 1)
	if err != nil {
		return err
	}
	all, err := b.resident(t, many)
	if err != nil {
		return err
	}
	each := float64(all-one) / many
	fmt.Printf("\nMemory: %d journeys in flight take %d MB, one takes %d MB\n", many, all>>20, one>>20)
	b.goal(each < 32<<10, "%.1f KB a journey beyond sockets' buffers, at most 32", each/1024)
	return nil
}

// resident is the largest resident memory of a run with so many journeys in flight, looked at while they are all
// there.
func (b *bench) resident(t *target, journeys int64) (int64, error) {
	if _, err := t.get("/reset"); err != nil {
		return 0, err
	}
	const arrive = 2 * time.Second
	c := b.hoops(t, "@slow", "--rate", fmt.Sprintf("%d/s", max(1, journeys/2)), "--duration", map[bool]time.Duration{true: arrive, false: time.Second}[journeys > 1].String(), "--max-in-flight", fmt.Sprint(many+1000))
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	var most, open int64
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if most > 0 {
				return most, nil
			}
			return 0, fmt.Errorf("only %d of %d journeys were in flight at once: is the machine too busy? (%v)", open, journeys, err)
		case <-tick.C:
		}
		now, err := t.get("/stats")
		if err != nil {
			return 0, err
		}
		open = max(open, now.Open-1) // one is ours
		if now.Open-1 >= journeys {
			most = max(most, rss(c.Process.Pid))
		}
	}
}

// rss is the resident memory of a process in bytes, 0 when it is gone.
func rss(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// rate asks for 10,000 journeys a second, each with a number of its own, and lets the target count.
func (b *bench) rate() error {
	t, err := b.target()
	if err != nil {
		return err
	}
	defer t.stop()
	const perSecond = 10_000
	r, err := b.measure(t, b.hoops(t, "@visit", "--rate", fmt.Sprintf("%d/s", perSecond), "--duration", b.steady.String()))
	if err != nil {
		return err
	}
	said, err := r.report()
	if err != nil {
		return err
	}
	load := said.Stages[0].Load
	asked := int64(perSecond * b.steady.Seconds())
	late, err := time.ParseDuration(load.Lateness.P99)
	if err != nil {
		return fmt.Errorf("the report has no lateness: %w", err)
	}
	fmt.Printf("\n%d journeys/s asked for %s: the target got %d of %d, %d twice; %.1f s of CPU; late p99 %s, at most %s\n",
		perSecond, b.steady, r.counts.Visits, asked, r.counts.Repeated, r.cpu.Seconds(), load.Lateness.P99, load.Lateness.Max)
	b.goal(float64(r.counts.Visits) >= 0.999*float64(asked), "%.2f %% of what was asked, at least 99.9", 100*float64(r.counts.Visits)/float64(asked))
	b.goal(r.counts.Visits == load.Journeys.Count && r.counts.Repeated == 0, "no journey lost or doubled: hoops says %d", load.Journeys.Count)
	b.goal(late < 2*time.Millisecond, "lateness p99 %s, below 2ms", late)
	return nil
}
