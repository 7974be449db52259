package steps

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// candidates are what a driver's step may have been meant to be, by their words.
type candidates struct {
	words []string
	shown map[string]string // by words
	found map[string]string // closest, by the words of a step
}

// closest is the definition or phrase whose words are nearest to the text's, values left out; else a phrase that begins
// with the same words.
func (l *Library) closest(driver, text string) string {
	c := l.near[driver]
	if c == nil {
		c = l.candidates(driver)
		l.near[driver] = c
	}
	words := strings.ToLower(bare(text))
	near, known := c.found[words]
	if !known {
		found := diag.Closest(words, c.words)
		if among := c.among(words); found == "" || inOrder(found, words) < inOrder(among, words) {
			found = among
		}
		if near = c.shown[found]; near == "" {
			near = l.beginsLike(driver, words)
		}
		c.found[words] = near
	}
	return near
}

func (l *Library) candidates(driver string) *candidates {
	c := &candidates{shown: map[string]string{}, found: map[string]string{}}
	add := func(pattern, shown string) {
		words := strings.ToLower(bare(parameters.ReplaceAllString(pattern, " ")))
		if _, known := c.shown[words]; !known && words != "" {
			c.shown[words] = shown
			c.words = append(c.words, words)
		}
	}
	for _, d := range l.Definitions {
		if (d.Driver == driver || d.Driver == "") && !d.IsUndo {
			add(d.Pattern, fmt.Sprintf("%s (%s:%d)", d.Pattern, d.Pos.File, d.Pos.Line))
		}
	}
	for _, e := range l.entries {
		if e.driver == "" || e.driver == "http" || e.driver == driver {
			// A method is a word of the phrase: most steps that are meant as one differ in another.
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} {
				one := entry{source: strings.Replace(e.source, "{hoops method}", method, 1)}
				add(one.source, one.shown()+" (vocabulary)")
			}
		}
	}
	return c
}

// among are the longest words, three at least, that all stand in a text in their order and are most of it: "the status
// is" for "the response status is".
func (c *candidates) among(text string) (best string) {
	all, most := strings.Fields(text), 2
	for _, words := range c.words {
		fixed := len(strings.Fields(words))
		if fixed > most && 2*fixed > len(all) && inOrder(words, text) == fixed {
			best, most = words, fixed
		}
	}
	return best
}

// inOrder is how many of some words stand in a text, one behind the other.
func inOrder(words, text string) (n int) {
	all := strings.Fields(text)
	for _, word := range strings.Fields(words) {
		if i := slices.Index(all, word); i >= 0 {
			n, all = n+1, all[i+1:]
		}
	}
	return n
}

// beginsLike is the phrase that shares most words with a text at the beginning: all before its first value, or two. Of
// those of the driver itself, else of any driver, the shortest counts.
func (l *Library) beginsLike(driver, words string) string {
	text := strings.Fields(words)
	best, most, length := "", 0, 0
	for _, own := range []bool{true, false} {
		for _, e := range l.entries {
			if own != (e.driver == "" || e.driver == "http" || e.driver == driver) {
				continue
			}
			fixed := strings.Fields(strings.ToLower(e.pattern.literal))
			if strings.HasPrefix(e.source, "I {hoops method}") && len(text) > 1 && slices.Contains(methods, strings.ToUpper(text[1])) {
				fixed = append(fixed, text[1])
			}
			same := 0
			for same < min(len(fixed), len(text)) && fixed[same] == text[same] {
				same++
			}
			if same == 0 || same < 2 && (same < len(fixed) || fixed[0] == "i") {
				continue
			}
			rank := 2 * same
			if same == len(fixed) {
				rank++
			}
			if rank > most || rank == most && len(e.source) < length {
				best, most, length = e.shown()+" (vocabulary)", rank, len(e.source)
				if !own {
					best = e.shown() + " (vocabulary of " + e.driver + ")"
				}
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}
