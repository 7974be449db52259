package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/value/measure"
)

// chronicle is what is written beside the events of a run: releases, and looks at an application's own metrics.
type chronicle struct {
	store  *history.Store
	x      *execution
	digest string // of what is released, "" when it is not known
}

// chronicle of the run, and whether there is one that can be written.
func (x *execution) chronicle() (chronicle, bool) {
	if x.kept == nil {
		return chronicle{}, false
	}
	return chronicle{x.store(), x, x.target.digest}, x.kept.run != nil
}

// live is the version that is live in an environment, "" when none is known.
func (x *execution) live(env string) string {
	store := x.store()
	if store == nil {
		return ""
	}
	r, _, err := store.Current(env, x.now())
	if err != nil {
		return "" // it is said where the run is written
	}
	return r.Version
}

// released records that a version is live since a time. One that is live already stays as it was recorded.
func (c chronicle) released(env, version string, at time.Time) (recorded bool, err error) {
	version = c.x.mask(version)
	live, found, err := c.store.Current(env, at)
	if err != nil || found && live.Version == version {
		return false, err
	}
	return true, c.store.AddRelease(history.Release{Environment: env, Version: version, At: at, Digest: c.digest})
}

// look keeps a look at the metrics, and the release that they name, if hoops.yaml says where.
func (c chronicle) look(host *session.Host, s *measure.Snapshot) error {
	env := host.Env.Name
	if from := c.x.target.program.Releases; from != nil && from.From == "openmetrics" {
		if version, found := versionIn(s, from); found {
			at := s.At
			if started := time.Unix(0, int64(s.Started*1e9)); s.Started > 0 && started.Before(at) {
				at = started // its counters began with it
			}
			if live, known, err := c.store.Current(env, s.At); err != nil {
				return err
			} else if known && live.At.After(at) {
				at = s.At // a process that is older than the last release was given another name since
			}
			recorded, err := c.released(env, version, at)
			if err != nil {
				return err
			}
			if recorded {
				c.x.note("release %s of %s is live since %s, says %s", version, env, at.UTC().Format("2006-01-02 15:04:05 MST"), from.Value)
			}
		}
	}
	kept := c.x.keepable(s)
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	release := ""
	if live, found, err := c.store.Current(env, s.At); err != nil {
		return err
	} else if found {
		release = live.Version
	}
	return c.store.AddScrape(history.Scrape{Environment: env, At: s.At, Release: release, Source: kept.Source, JSON: text})
}

// versionIn is the version that a metric's label names. While two are up nobody can tell.
func versionIn(s *measure.Snapshot, from *ir.Releases) (string, bool) {
	version := ""
	for _, series := range s.Series {
		name := series.Labels[from.Label]
		if series.Name != from.Value || series.Unusable != "" || series.Value == 0 || name == "" {
			continue
		}
		if version != "" && version != name {
			return "", false
		}
		version = name
	}
	return version, version != ""
}

// mostLook is how long a look may be as JSON, in bytes, to be kept whole. Of a longer one what the measures of the
// project read is kept.
const mostLook = 64 << 10

// keepable is a look without secrets, and not too long.
func (x *execution) keepable(s *measure.Snapshot) *measure.Snapshot {
	out := *s
	out.Source = x.mask(s.Source)
	out.Series = make([]measure.Series, len(s.Series))
	for i, series := range s.Series {
		if len(series.Labels) > 0 {
			labels := make(measure.Labels, len(series.Labels))
			for name, value := range series.Labels {
				labels[name] = x.mask(value)
			}
			series.Labels = labels
		}
		out.Series[i] = series
	}
	if text, err := json.Marshal(out); err == nil && len(text) <= mostLook {
		return &out
	}
	names := x.measured()
	needed := func(name string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(name, n) })
	}
	out.Series = slices.DeleteFunc(out.Series, func(series measure.Series) bool { return !needed(series.Name) })
	out.Types = map[string]string{}
	for name, kind := range s.Types {
		if needed(name) {
			out.Types[name] = kind
		}
	}
	return &out
}

// measured are the names of the metrics that the project's measures read from the application itself.
func (x *execution) measured() []string {
	names := []string{"process_start_time_seconds"}
	if from := x.target.program.Releases; from != nil {
		names = append(names, from.Value)
	}
	for _, m := range x.target.program.Measures {
		if m.From != "openmetrics" {
			continue
		}
		for _, text := range []string{m.Count, m.Per, m.Of, m.Value, m.Quantile} {
			if s, err := measure.ParseSelector(text); err == nil && s.Name != "" {
				names = append(names, s.Name)
			}
		}
	}
	return names
}

// releasesFromServer records the releases that a Prometheus server has seen, once in a run for each environment.
func (x *execution) releasesFromServer(ctx context.Context, host *session.Host) {
	from := x.target.program.Releases
	c, kept := x.chronicle()
	if from == nil || from.From != "prometheus" || !kept || host.Env.Prometheus == nil || x.synced[host.Env.Name] {
		return
	}
	x.synced[host.Env.Name] = true
	server, failure := x.prometheus(host)
	if failure != nil {
		x.warn(fmt.Errorf("the releases of %s could not be asked for: %s", host.Env.Name, failure.Sentence), failure.Help...)
		return
	}
	now := x.now()
	since := now.Add(-releasesBack)
	live, found, err := c.store.Current(host.Env.Name, now)
	if err == nil && found && live.At.After(since) {
		since = live.At
	}
	var versions []measure.Version
	if err == nil {
		versions, err = server.Versions(ctx, from.Value, from.Label, since, now)
	}
	for _, v := range versions {
		if err != nil {
			break
		}
		var recorded bool
		if recorded, err = c.released(host.Env.Name, v.Name, v.From); recorded && err == nil {
			x.note("release %s of %s is live since %s, says %s", v.Name, host.Env.Name, v.From.UTC().Format("2006-01-02 15:04:05 MST"), from.Value)
		}
	}
	if err != nil {
		x.warn(fmt.Errorf("the releases of %s could not be read: %w", host.Env.Name, shownFrom(err)))
	}
}

// releasesBack is how far a server is asked for releases when none is recorded.
const releasesBack = 30 * 24 * time.Hour

// note says what hoops did beside what it was asked for.
func (x *execution) note(format string, args ...any) {
	fmt.Fprintf(x.stdio.Err, "hoops: %s\n", diag.Printable(x.mask(fmt.Sprintf(format, args...))))
}

// observe looks at an environment's metrics, and keeps the look.
func (x *execution) observe(ctx context.Context, host *session.Host) (*measure.Snapshot, error) {
	s, err := x.scrape(ctx, host)
	if err != nil {
		return nil, err
	}
	x.observedAt[host.Env.Name] = s.At
	if c, kept := x.chronicle(); kept {
		if err := c.look(host, s); err != nil {
			x.warn(fmt.Errorf("the look at the metrics of %s was not kept: %w", host.Env.Name, shownFrom(err)))
			x.unkept = true
		}
	}
	return s, nil
}

// lastLook is how long the look at the end of a run may take.
const lastLook = 2 * time.Second

// lookAgain keeps a look at the metrics of every environment that the run used, as it ends: what was counted until
// here is known then, whatever becomes of the process. Where nothing answers any more there is nothing to keep. Of
// software that hoops stops now it is the final one: until somebody starts it again nothing is counted.
func (x *execution) lookAgain() {
	c, kept := x.chronicle()
	if !kept {
		return
	}
	for _, before := range x.looks {
		if before.host == nil {
			continue
		}
		env := before.host.Env.Name
		final := x.services.runs(env)
		if !final && (before.snapshot == nil || x.observedAt[env].After(before.snapshot.At)) {
			continue // or a value stage has looked since
		}
		ctx, cancel := context.WithTimeout(context.Background(), lastLook)
		s, err := x.scrape(ctx, before.host)
		cancel()
		if err == nil {
			s.Final = final
			_ = c.look(before.host, s) // what is wrong with the history is said where the run is written
		}
	}
}

// versionOf is the version that a stage releases, "" for none. It is known before anything runs.
func (x *execution) versionOf(s *ir.Stage, one stage) (string, error) {
	if s.Release == nil {
		return "", nil
	}
	version, err := x.text(x.bare(one), s.Release)
	if version = strings.TrimSpace(version); err == nil && version == "" {
		return "", nil // a parameter that nobody gave
	}
	if err == nil && !isVersion(version) {
		err = fmt.Errorf("%q is no version", version)
	}
	if err != nil {
		return "", usage(fmt.Sprintf("stage %s: release: %s", s.Name, err), "give it with --param, as in --param version=2.4.0")
	}
	return version, nil
}

func isVersion(s string) bool { return s != "" && diag.Printable(s) == s && len(s) <= 200 }

// release records the version that a stage releases.
func (x *execution) release(s stage) error {
	if s.release == "" {
		return nil
	}
	c, kept := x.chronicle()
	if !kept {
		x.note("release %s of %s is not recorded, because this run is not", s.release, s.env.Name)
		return nil
	}
	recorded, err := c.released(s.env.Name, s.release, x.now())
	if err != nil {
		return unusable(shownFrom(err))
	}
	if recorded {
		x.note("release %s of %s is recorded", s.release, s.env.Name)
		delete(x.looks, s.env.Name) // the window of the release begins with a look of its own
	}
	return nil
}
