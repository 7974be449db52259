package clause

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

var (
	plainNumber   = regexp.MustCompile(`^(\d+(\.\d+)?|\.\d+)$`)
	groupedNumber = regexp.MustCompile(`^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$`)
	pointGroups   = regexp.MustCompile(`^[1-9]\d{0,2}(\.\d{3})+$`)
)

var (
	thinSpaces = strings.NewReplacer("\u00a0", ",", "\u202f", ",", "\u2009", ",")
	separators = strings.NewReplacer(".", "", ",", "")
)

// readNumber is exact. A point before three digits is a decimal point to some and a separator of thousands to
// others, so it is refused rather than guessed; so is a comma that separates no thousands.
func readNumber(s string) (*big.Rat, string) {
	s = thinSpaces.Replace(s)
	digits := separators.Replace(s)
	switch {
	case len(s) > 40:
		return nil, "is too long for a number"
	case pointGroups.MatchString(s):
		grouped := strings.ReplaceAll(s, ".", ",")
		if strings.Count(s, ".") == 1 && !strings.HasSuffix(s, ".000") {
			return nil, fmt.Sprintf("can be read in two ways: write %s or %s, or %s0 for the decimal", grouped, digits, s)
		}
		return nil, fmt.Sprintf("can be read in two ways: write %s or %s", grouped, digits)
	case plainNumber.MatchString(s), groupedNumber.MatchString(s):
		r, ok := new(big.Rat).SetString(strings.ReplaceAll(s, ",", ""))
		if ok {
			return r, ""
		}
	case strings.Count(s, ",") == 1 && !strings.Contains(s, "."):
		return nil, "is not a number: write " + strings.Replace(s, ",", ".", 1) + " for the decimal"
	case strings.ContainsAny(s, "'’_"):
		return nil, "is not a number: write " + strings.NewReplacer("'", ",", "’", ",", "_", ",").Replace(s)
	}
	return nil, "is not a number: write 1,000, 1000 or 1.5"
}

// refuseNumbers makes a number that can be read in two ways an error, where the clause names a measure.
func (p *parser) refuseNumbers() {
	for i, t := range p.tokens {
		if t.kind != number || t.refused == "" || t.noun >= 0 || t.baseline >= 0 {
			continue
		}
		if i > 0 && p.lang.meaning("baseline-words", p.tokens[i-1].word) == "release" { // release 2.4.0
			continue
		}
		if len(p.spans) > 0 {
			p.diags = append(p.diags, diag.Errorf(p.rangeOf(i, i+1), "value/number", "%s %s", t.text, t.refused))
		}
	}
}

// decimal is the exact text of r: a decimal where there is one, and else a fraction ("1/3").
func decimal(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	if n, exact := r.FloatPrec(); exact {
		return r.FloatString(n)
	}
	return r.String()
}

func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// grouped is a decimal as people write it: 1,204.
func grouped(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	if strings.Contains(s, "/") || len(whole) <= 3 {
		return s
	}
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if rest != "" {
		return b.String() + "." + rest
	}
	return b.String()
}

func percent(s string) string {
	return grouped(decimal(new(big.Rat).Mul(rat(s), big.NewRat(100, 1)))) + "%"
}
