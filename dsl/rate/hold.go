package rate

import (
	"regexp"
	"strings"
	"time"
)

var holding = regexp.MustCompile(`^(?s)(.*\S)\s+for\s+([0-9][0-9a-zµ.]*)\s*$`)

// Hold splits "errors > 10% for 10s" into the condition and how long it must hold without a break, 0 when it does
// not say.
func Hold(source string) (condition string, over time.Duration) {
	m := holding.FindStringSubmatch(source)
	if m == nil {
		return source, 0
	}
	d, err := time.ParseDuration(m[2])
	if err != nil || d <= 0 {
		return source, 0
	}
	return strings.TrimRight(m[1], " \t\n"), d
}
