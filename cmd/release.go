package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/reporters"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/value/measure"
)

func (a *app) releaseCommand() *cobra.Command {
	var o options
	var at, format string
	c := &cobra.Command{
		Use:   "release [VERSION] [DIR | FILE.hoops]",
		Short: "Record that a version went live, or list the releases",
		Long: `Record that a version went live in an environment: what features promise is judged since then, and compared with the
release before. Where the environment has an openmetrics endpoint it is looked at, so that the window begins with a
look. Without a version the releases are listed.`,
		Example: `  hoops release 2.4.0 --env production
  hoops release 2.3.1 --env production --at 2026-03-01T09:30:00Z
  hoops release`,
		RunE: func(c *cobra.Command, args []string) error {
			version := ""
			if len(args) > 0 && !(isFolder(args[0]) && strings.ContainsAny(args[0], `/\`)) && args[0] != "." && !isArtefact(args[0]) {
				version, args = args[0], args[1:]
			}
			if format != "text" && format != "json" {
				return usage(fmt.Sprintf("unknown format %q", format), "hoops release prints text or json")
			}
			if len(args) > 1 {
				return usage("hoops release takes one version and one folder or file, found also "+args[1], "")
			}
			a.quiet = true
			t, err := a.open(args)
			if err != nil {
				return err
			}
			if version == "" {
				if at != "" {
					return usage("--at says when, and no version says what", "hoops release VERSION --at "+at)
				}
				return a.listReleases(t, o.env, format)
			}
			return a.recordRelease(c.Context(), t, o, version, at)
		},
	}
	f := c.Flags()
	f.StringVar(&o.env, "env", "", "the environment of hoops.yaml, by `NAME` (default: the first)")
	f.StringVar(&at, "at", "", "it went live at `TIME`: 2026-03-01T14:00:00Z, 2026-03-01, or how long ago: 2h (default: now)")
	f.StringArrayVar(&o.params, "param", nil, "set a parameter: `NAME=VALUE`")
	f.StringVarP(&format, "format", "f", "text", "list as `text or json`")
	return c
}

func (a *app) recordRelease(ctx context.Context, t *target, o options, version, when string) error {
	if version = strings.TrimSpace(version); !isVersion(version) {
		return usage(fmt.Sprintf("%q is no version", version), "hoops release 2.4.0")
	}
	env, err := environment(t.program, o.env, "")
	if err != nil {
		return err
	}
	at := a.now()
	if when != "" {
		if at, err = a.pastTime("--at", when); err != nil {
			return err
		}
	}
	store, err := a.remember(t, archive.open)
	if err != nil {
		return unusable(err)
	}
	defer store.Close()
	o.forget = true // it is no run
	x, err := a.newExecution(t, o, "pretty")
	if err != nil {
		return err
	}
	defer x.stream.Close() // nothing was reported
	c := chronicle{store, x, t.digest}
	if when != "" && t.result != nil {
		c.digest = "" // these sources are those of now
	}
	recorded, err := c.released(env.Name, version, at)
	if err != nil {
		return unusable(shownFrom(err))
	}
	version = x.mask(version)
	if err := a.sayRelease(store, env.Name, version, at, recorded); err != nil {
		return err
	}
	live, found, err := store.Current(env.Name, a.now())
	if err != nil {
		return unusable(shownFrom(err))
	}
	if !recorded || !found || live.Version != version {
		return nil // what is to be seen now is another release's
	}
	return c.first(ctx, env, version, when != "")
}

func (a *app) sayRelease(store *history.Store, env, version string, at time.Time, recorded bool) error {
	live, _, err := store.Current(env, at)
	if err != nil {
		return unusable(shownFrom(err))
	}
	if !recorded {
		_, err = fmt.Fprintf(a.stdio.Out, "release %s is live in %s already, since %s\n", version, env, stampOf(live.At))
		return err
	}
	before := ""
	if previous, found, err := store.Previous(env, at); err != nil {
		return unusable(shownFrom(err))
	} else if found {
		before = fmt.Sprintf("; before it %s, since %s", diag.Printable(previous.Version), stampOf(previous.At))
	}
	_, err = fmt.Fprintf(a.stdio.Out, "release %s is recorded in %s, live since %s%s\n", version, env, stampOf(at), before)
	return err
}

// first looks at the metrics of a release that has just begun.
func (c chronicle) first(ctx context.Context, env *ir.Environment, version string, earlier bool) error {
	if env.OpenMetrics == nil {
		return nil
	}
	plan := c.x.bare(stage{name: "release", runner: "release", env: env})
	host, err := session.NewHost(plan)
	if err != nil {
		return usage(err.Error(), "")
	}
	s, err := c.x.scrape(ctx, host)
	if err != nil {
		var failure *measure.Failure
		hints := []string{"the window begins with the next look: hoops run or hoops value"}
		if errors.As(err, &failure) {
			hints = append(failure.Help, hints...)
		}
		c.x.warn(fmt.Errorf("the metrics of %s could not be looked at: %w", env.Name, err), hints...)
		return nil
	}
	if err := c.look(host, s); err != nil {
		return unusable(shownFrom(err))
	}
	since := "so the window of " + version + " begins here"
	if earlier {
		since = "which is the first look at " + version
	}
	_, err = fmt.Fprintf(c.x.stdio.Out, "%d series in %s are kept, %s\n", len(s.Series), diag.Printable(c.x.mask(s.Source)), since)
	return err
}

func stampOf(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 MST") }

type releaseJSON struct {
	Environment string    `json:"environment"`
	Version     string    `json:"version"`
	At          time.Time `json:"at"`
	Digest      string    `json:"digest,omitempty"`
	Live        bool      `json:"live,omitempty"`
}

func (a *app) listReleases(t *target, env, format string) error {
	store, err := a.remember(t, archive.read)
	var list []history.Release
	if err == nil {
		defer store.Close()
		list, err = store.Releases(env)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unusable(shownFrom(err))
	}
	out := []releaseJSON{}
	seen := map[string]bool{}
	for _, r := range list { // the latest first
		out = append(out, releaseJSON{r.Environment, r.Version, r.At, r.Digest, !seen[r.Environment]})
		seen[r.Environment] = true
	}
	if format == "json" {
		return a.printJSON(out)
	}
	if len(out) == 0 {
		fmt.Fprintln(a.stdio.Err, "hoops: no release is recorded: hoops release VERSION records one")
		return nil
	}
	var rows [][]string
	for _, r := range out {
		live := ""
		if r.Live {
			live = "live"
		}
		rows = append(rows, []string{reporters.Cell(r.Environment, 40), reporters.Cell(r.Version, 60), stampOf(r.At), reporters.BriefDigest(r.Digest), live})
	}
	return written(reporters.Table(a.stdio.Out, []string{"environment", "release", "since", "digest"}, rows))
}
