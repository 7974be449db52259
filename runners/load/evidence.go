package load

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// Evidence is a few failed journeys in full; the others are only counted.
const (
	mostEvidence = 20
	mostAlike    = 3
)

type evidence struct {
	mu    sync.Mutex
	alike map[string]int
	full  atomic.Int64 // shown
}

// open reports whether any failure would still be shown in full.
func (e *evidence) open() bool { return e.full.Load() < mostEvidence }

func (e *evidence) admit(cause string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.full.Load() >= mostEvidence || e.alike[cause] >= mostAlike {
		return false
	}
	if e.alike == nil {
		e.alike = map[string]int{}
	}
	e.alike[cause]++
	e.full.Add(1)
	return true
}

// witness is the event of one failed journey.
func (r *run) witness(w *way, row int, number uint64, at int, f *session.Failure, took time.Duration, transcript string) {
	e := runners.Event{
		Kind: runners.Noticed, Feature: w.Feature.ID, Scenario: w.Scenario.ID, Name: w.Scenario.Name, Tags: w.TagNames(),
		Status: runners.Failed, Duration: took, Pos: w.Scenario.Pos,
	}
	if row >= 0 {
		e.Row, e.Pos = w.Scenario.Rows[row].ID, w.Scenario.Rows[row].Pos
	}
	if at >= 0 {
		e.Step = at + 1
		e.Failure = f.Diagnostic(&w.Scenario.Steps[at])
	} else if f.Step != nil {
		e.Failure = f.Diagnostic(f.Step)
	} else {
		d := diag.Errorf(diag.At(w.Scenario.Pos, 1), f.Code, "%s", f.Message)
		e.Failure = &d
	}
	line, _, _ := strings.Cut(f.Message, "\n")
	e.Message = fmt.Sprintf("journey %d failed: %s", number+1, line)
	if transcript != "" {
		digest := sha256.Sum256([]byte(transcript))
		e.Attachment = &runners.Attachment{Name: "exchange.txt", Media: "text/plain; charset=utf-8", Digest: hex.EncodeToString(digest[:]),
			Size: int64(len(transcript)), Text: transcript}
	}
	r.emit(e)
}
