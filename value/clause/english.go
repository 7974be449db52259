package clause

import "strings"

// language is the words of one language. Another language is another file like this one.
type language struct {
	connectors, baselines, comparators, after, units, numbers, fractions map[string]string
	gerunds, multiples, aggregates, irregular                            map[string]string
	any, between, verbs, subjects, articles, links, vague, hedges        map[string]bool
	comparatives                                                         map[string]comparative
	changes, worsens                                                     map[string]int
	senses                                                               map[string][]string
}

// comparative is a direction, and whether it speaks of time ("faster" is less time).
type comparative struct {
	sign  int
	speed bool
}

var english = language{
	connectors: map[string]string{"and": "and", "but": "and", "while": "while", "whilst": "while", "without": "without", ",": ","},
	between:    set("between"),
	any:        set("any", "single"),
	// verbs say nothing about the quantity: they may stand at the start of a claim. A verb that is missing here
	// makes the claim unbound, because it could turn the meaning round ("prevent at most 5 mistakes").
	// Verbs that narrow (ship, complete, lose) are no part of it: the orders that are lost are not the orders.
	verbs: set("make", "take", "have", "get", "see", "be", "sell", "receive", "serve", "keep", "give", "earn", "reach", "achieve",
		"answer", "show", "suffer", "raise", "cause", "produce", "log", "record", "attract", "maintain", "stay", "hold", "report", "hit",
		"gain", "allow", "experience", "observe", "there", "are", "is", "tolerate", "run", "issue", "do", "bring", "find"),
	gerunds: map[string]string{"making": "make", "taking": "take", "having": "have", "getting": "get", "losing": "lose",
		"selling": "sell", "keeping": "keep", "serving": "serve", "receiving": "receive", "seeing": "see", "being": "be",
		"answering": "answer", "hurting": "hurt", "harming": "harm", "causing": "cause", "raising": "raise", "increasing": "increase",
		"reducing": "reduce", "lowering": "lower", "cutting": "cut", "slowing": "slow", "delaying": "delay", "adding": "add", "gaining": "gain",
		"dropping": "drop", "worsening": "worsen", "degrading": "degrade",
		"growing": "grow", "boosting": "boost", "halving": "halve", "doubling": "double"},
	// worsens is which way "without …ing" guards against: 1 for a verb that means more, -1 for one that means less.
	worsens: map[string]int{"lose": -1, "reduce": -1, "lower": -1, "cut": -1, "drop": -1, "halve": -1, "make": 1, "take": 1, "get": 1,
		"cause": 1, "raise": 1, "increase": 1, "add": 1, "gain": 1, "receive": 1, "see": 1, "have": 1, "grow": 1, "boost": 1, "double": 1},
	subjects: set("i", "we", "you", "they", "people", "it"),
	articles: set("the", "a", "an", "our", "their", "my"),
	links:    set("are", "is", "be"),
	comparators: phrases("at most|<= no more than|<= not more than|<= up to|<= a maximum of|<= no fewer than|>= no less than|>= at least|>= not less than|>= " +
		"a minimum of|>= fewer than|< less than|< under|< below|< more than|> over|> above|> exactly|= precisely|="),
	after: phrases("at most|<= or fewer|<= or less|<= at the most|<= maximum|<= at least|>= or more|>= at the least|>= minimum|>="),
	numbers: map[string]string{"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
		"eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "twenty": "20", "thirty": "30", "fifty": "50",
		"hundred": "100", "thousand": "1000", "million": "1000000"},
	fractions: map[string]string{"half": "1/2", "third": "1/3", "quarter": "1/4", "fifth": "1/5", "sixth": "1/6", "tenth": "1/10",
		"twentieth": "1/20", "hundredth": "1/100"},
	units: map[string]string{"%": "%", "percent": "%", "per cent": "%", "percentage point": "pp", "percentage points": "pp",
		"ms": "ms", "millisecond": "ms", "milliseconds": "ms", "s": "s", "sec": "s", "second": "s", "seconds": "s",
		"min": "m", "minute": "m", "minutes": "m", "h": "h", "hour": "h", "hours": "h", "day": "d", "days": "d",
		"week": "w", "weeks": "w", "month": "month", "months": "month", "year": "year", "years": "year"},
	comparatives: map[string]comparative{"fewer": {-1, false}, "less": {-1, false}, "lower": {-1, false}, "smaller": {-1, false},
		"more": {1, false}, "higher": {1, false}, "greater": {1, false}, "faster": {-1, true}, "quicker": {-1, true}, "slower": {1, true}},
	changes: map[string]int{"reduce": -1, "cut": -1, "lower": -1, "decrease": -1, "shrink": -1, "bring down": -1,
		"increase": 1, "raise": 1, "grow": 1, "boost": 1, "lift": 1},
	multiples: map[string]string{"halve": "1/2", "double": "2", "triple": "3", "treble": "3", "quadruple": "4"},
	senses:    map[string][]string{"lose": {"lost", "fail", "failed", "abandoned", "dropped"}},
	aggregates: map[string]string{"average": "mean", "mean": "mean", "median": "median", "typical": "median", "total": "total",
		"overall": "total"},
	baselines: map[string]string{"the previous release": "previous release", "previous release": "previous release",
		"the last release": "previous release", "before": "previous release", "last week": "last week",
		"the same days last week": "same days last week", "this time last year": "this time last year", "the control group": "control group"},
	vague: set("avoid", "improve", "better", "few", "some", "many", "several", "minimise", "minimize", "maximise", "maximize",
		"optimise", "optimize", "prevent", "enough", "good", "best", "worse"),
	hedges:    set("about", "around", "roughly", "nearly", "almost", "approximately", "circa", "ca", "~", "≈"),
	irregular: map[string]string{"people": "person", "children": "child", "men": "man", "women": "woman", "indices": "index"},
}

// stem is a word without case and plural.
func (l *language) stem(w string) string {
	w = strings.ToLower(w)
	if s, ok := l.irregular[w]; ok {
		return s
	}
	switch {
	case len(w) < 4 || strings.HasSuffix(w, "ss") || strings.HasSuffix(w, "us") || strings.HasSuffix(w, "is"):
		return w
	case strings.HasSuffix(w, "ies"):
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "xes"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "s"):
		return w[:len(w)-1]
	}
	return w
}

// root is a stem without the ending of a participle: confirmed and confirm are one word.
func (l *language) root(w string) string {
	w = l.stem(w)
	if len(w) > 4 && strings.HasSuffix(w, "ed") {
		w = w[:len(w)-2]
	}
	return strings.TrimSuffix(w, "e")
}

// quantifies reports whether a word could carry a quantity, so that it must not be passed over.
func (l *language) quantifies(w string) bool {
	_, a := l.comparatives[w]
	_, b := l.numbers[w]
	_, c := l.fractions[w]
	_, d := l.changes[w]
	_, e := l.multiples[w]
	return a || b || c || d || e || l.vague[w] || l.hedges[w] || w == "no" || w == "never" || w == "not" || w == "most" ||
		w == "all" || w == "every" || w == "each" || w == "twice" || w == "unchanged" || w == "same" || w == "under" || w == "over"
}

func set(words ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range words {
		m[w] = true
	}
	return m
}

// phrases reads "at most|<= up to|<=": words, a bar, a meaning without spaces.
func phrases(s string) map[string]string {
	m := map[string]string{}
	var phrase []string
	for _, f := range strings.Fields(s) {
		w, meaning, ends := strings.Cut(f, "|")
		phrase = append(phrase, w)
		if ends {
			m[strings.Join(phrase, " ")] = meaning
			phrase = nil
		}
	}
	return m
}
