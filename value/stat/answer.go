package stat

// Answer is what an interval says of a claim. Its zero value says nothing, and no comparison with a NaN says more.
type Answer int

const (
	Unclear Answer = iota // the bounds lie on both sides
	Yes                   // the claim holds at the alpha of the bounds
	No                    // the claim is ruled out at the alpha of the bounds
)

func (a Answer) String() string {
	switch a {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unclear"
}

// AtMost asks whether the truth is at most c. Of a ratio where less is better, and c = 1+m, it is the question of
// non-inferiority: no worse than m.
func AtMost(i Interval, c float64) Answer { return answer(i.Upper <= c, i.Lower > c) }

// AtLeast asks whether the truth is at least c. Of a ratio where more is better, and c = 1−m, it is the question
// of non-inferiority.
func AtLeast(i Interval, c float64) Answer { return answer(i.Lower >= c, i.Upper < c) }

// Fewer asks a bare "fewer" of a ratio: Yes when it is below 1, No when it is above 1−mde, so that a reduction
// worth knowing about is ruled out. That No makes every bare comparison end: with data enough one of the two
// comes, and when both hold (a surely smaller reduction than mde) it is Yes.
func Fewer(ratio Interval, mde float64) Answer { return answer(ratio.Upper < 1, ratio.Lower > 1-mde) }

// More asks a bare "more" of a ratio: Yes when it is above 1, No when it is below 1+mde; Yes when both hold.
func More(ratio Interval, mde float64) Answer { return answer(ratio.Lower > 1, ratio.Upper < 1+mde) }

// Within asks whether the truth lies between low and high, both included: equivalence by two one-sided tests when
// the bounds are one-sided bounds at alpha (TOST). No when either end is ruled out.
func Within(i Interval, low, high float64) Answer {
	return answer(i.Lower >= low && i.Upper <= high, i.Upper < low || i.Lower > high)
}

func answer(yes, no bool) Answer {
	switch {
	case yes:
		return Yes
	case no:
		return No
	}
	return Unclear
}
