package value

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// number is a number as people write it: 1,204, and 0.125 to its last digit or to six.
func number(r *big.Rat) string {
	text := r.FloatString(6)
	if r.IsInt() {
		text = r.Num().String()
	} else {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return grouped(text)
}

func grouped(text string) string {
	whole, rest, fraction := strings.Cut(text, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if fraction {
		return sign + b.String() + "." + rest
	}
	return sign + b.String()
}

// rounded has as few digits as tell value from target: 99.8996% must not read as the 99.9% that was promised.
func rounded(value, target *big.Rat) string {
	for digits := 3; ; digits++ {
		text := value.FloatString(digits)
		r, _ := new(big.Rat).SetString(text)
		if digits == 12 || value.Cmp(target) == 0 || r.Cmp(target) == value.Cmp(target) {
			if strings.Contains(text, ".") {
				text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
			}
			return grouped(text)
		}
	}
}

var hundred = big.NewRat(100, 1)

func percent(value, target *big.Rat) string {
	return rounded(new(big.Rat).Mul(value, hundred), new(big.Rat).Mul(target, hundred)) + "%"
}

func rateText(value, target *big.Rat, per string) string {
	return rounded(value, target) + " " + perWords(per)
}

func perWords(per string) string {
	if n, noun, ok := strings.Cut(per, " "); ok {
		if k, valid := new(big.Rat).SetString(n); valid && n != "1" {
			return "per " + number(k) + " " + noun
		}
		return "per " + singular(noun)
	}
	return "per " + map[string]string{"1ms": "ms", "1s": "second", "1m": "minute", "1h": "hour", "1d": "day", "1w": "week"}[per]
}

// interval shows its bounds with three digits, or as many as tell them apart.
func interval(low, high float64, isShare bool) string {
	unit := ""
	if isShare {
		low, high, unit = low*100, high*100, "%"
	}
	for digits := 3; ; digits++ {
		a, b := strconv.FormatFloat(low, 'g', digits, 64), strconv.FormatFloat(high, 'g', digits, 64)
		if a != b || digits == 9 {
			return "between " + a + unit + " and " + b + unit
		}
	}
}

func share(f float64) string { return strconv.Itoa(int(f*100)) + "%" }

// promise is what was asked for: "0", "at most 5", "at least 99.9%".
func promise(c ir.Claim) string {
	show := func(text string) string {
		r, ok := new(big.Rat).SetString(text)
		if !ok {
			return text
		}
		if inPercent(c) {
			return percent(r, r)
		}
		return number(r)
	}
	words := map[string]string{"<": "fewer than ", "<=": "at most ", ">": "more than ", ">=": "at least "}[c.Compare] + show(c.Target)
	if inPercent(c) {
		words = strings.Replace(words, "fewer", "less", 1)
	}
	if c.Compare == "between" {
		words = "between " + show(c.Target) + " and " + show(c.Upper)
	}
	if c.Compare == "=" && c.Target != "0" {
		words = "exactly " + words
	}
	if c.Per != "" && c.Statistic == ir.StatRate && !inPercent(c) {
		words += " " + perWords(c.Per)
	}
	if c.Threshold != "" {
		words += " within " + withUnit(c.Threshold)
	}
	return words
}

// wasWere is "0 were", "at most 1 was".
func wasWere(c ir.Claim, target string) string {
	if c.Target == "1" || c.Statistic != ir.StatCount {
		return target + " was"
	}
	return target + " were"
}

// more is how many events are missing to a bound, or past it: "3 more orders".
func more(c ir.Claim, bound, events *big.Rat, past bool) string {
	d := new(big.Rat).Sub(bound, events)
	if past {
		d.Add(d, big.NewRat(1, 1))
	}
	return number(d) + " more " + plural(c.Measure, d)
}

func plural(noun string, n *big.Rat) string {
	if n.Cmp(big.NewRat(1, 1)) == 0 {
		return singular(noun)
	}
	return noun
}

// singular takes the plural off the last word; English, as the reports are.
func singular(noun string) string {
	switch {
	case strings.HasSuffix(noun, "ies") && len(noun) > 4:
		return noun[:len(noun)-3] + "y"
	case strings.HasSuffix(noun, "sses"), strings.HasSuffix(noun, "ches"), strings.HasSuffix(noun, "shes"), strings.HasSuffix(noun, "xes"):
		return noun[:len(noun)-2]
	case strings.HasSuffix(noun, "s") && !strings.HasSuffix(noun, "ss") && len(noun) > 3:
		return noun[:len(noun)-1]
	}
	return noun
}

// exposureName is what a plain word can be taken from: the name of a metric, a path, a column. A query is none.
var exposureName = regexp.MustCompile(`^[\pL_:$][\pL\pN_:.$ -]*$`)

// exposureNoun is the plain word for what a measure is counted per: sums for calculator_sums_total{env="x"}, and
// "chances" where it is a query.
func exposureNoun(m ir.Measure) string {
	selector := m.Per
	if m.Of != "" {
		selector = m.Of
	}
	name, _, _ := strings.Cut(selector, "{")
	name = strings.TrimSpace(name)
	if m.From == "history" {
		name, _, _ = strings.Cut(name, " of ") // scenarios of smoke
	}
	if m.From == "sql" && strings.Contains(name, " ") || !exposureName.MatchString(name) {
		return "chances"
	}
	last := ""
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == ':' || r == ' ' || r == '.' }) {
		if w != "total" && w != "count" {
			last = w
		}
	}
	if last == "" {
		return "chances"
	}
	return last
}

func baseline(words string) string {
	if words == "" || strings.HasPrefix(words, "last ") || strings.HasPrefix(words, "this ") || strings.HasPrefix(words, "release ") {
		return words
	}
	return "the " + words
}
