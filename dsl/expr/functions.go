package expr

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math"
	"net/url"
	"strings"
)

// function is one that the language has everywhere. Params are the kinds of its arguments, the last repeated;
// do gets arguments of those kinds, and none that is missing. Without do the Env carries it out.
type function struct {
	min, max int // max -1: any number
	params   []Kind
	result   Kind
	do       func(c *context, args []any) (any, error)
}

// application is one call in a source.
type application struct {
	place
	name string
	fn   *function
	args []place
	// identifies is Func.Hides.
	identifies func(arg string) bool
}

// context is a call being carried out.
type context struct {
	*frame
	*application
}

func (f *frame) apply(a *application, args []any) (any, error) {
	if err := f.charge(a.place, 1); err != nil {
		return nil, err
	}
	for i := range args {
		args[i] = value(args[i])
		if err := a.args[i].noData(args[i]); err != nil {
			return nil, err
		}
		want := a.fn.params[min(i, len(a.fn.params)-1)]
		if got := kindOf(args[i]); !takes(want, got) {
			return nil, a.fn.unfit(a.args[i].errorf("%s(…) needs %s: %s = %s", a.name, want, a.args[i].text, a.args[i].show(args[i])), a.name)
		}
	}
	v, err := a.fn.do(&context{f, a}, args)
	var ours *Error
	var missing *NoData
	if err != nil && !errors.As(err, &ours) && !errors.As(err, &missing) {
		return nil, a.errorf("%v", err)
	}
	return v, err
}

// takes reports whether a parameter of one kind takes a value of another: Any on either side is open.
func takes(want, got Kind) bool { return want == Any || got == Any || want == got }

// ask lets the Env carry out a call.
func (f *frame) ask(a *application, args []any) (any, error) {
	if err := f.charge(a.place, 100); err != nil {
		return nil, err
	}
	for i := range args {
		args[i] = value(args[i])
		if err := a.args[i].noData(args[i]); err != nil {
			return nil, err
		}
	}
	v, err := f.env.Call(a.name, args)
	if err != nil {
		var missing *NoData
		if errors.As(err, &missing) {
			return nil, missing
		}
		return nil, &Error{Span: a.at, Message: err.Error(), cause: err}
	}
	v = value(v)
	if m, ok := v.(Missing); ok && m.What == "" {
		m.What = a.text
		v = m
	}
	f.asked(a, args, v)
	return v, nil
}

// The loops of expr-lang, which it compiles itself, by what their predicate must be.
var loops = map[string]struct {
	result    Kind
	condition bool
}{
	"all": {Bool, true}, "any": {Bool, true}, "none": {Bool, true}, "one": {Bool, true},
	"filter": {List, true}, "count": {Number, true}, "find": {Any, true}, "findLast": {Any, true},
	"findIndex": {Number, true}, "findLastIndex": {Number, true},
	"map": {List, false}, "sum": {Any, false}, "sortBy": {List, false},
}

var functions = map[string]*function{
	"uuid":   {0, 0, nil, String, nil},
	"random": {2, 2, []Kind{Number}, Number, nil},
	"now":    {0, 0, nil, Time, nil},
	"file":   {1, 1, []Kind{String}, String, nil},

	"len":         {1, 1, []Kind{Any}, Number, length},
	"upper":       onText(strings.ToUpper),
	"lower":       onText(strings.ToLower),
	"trim":        {1, 2, []Kind{String}, String, trim(strings.TrimSpace, strings.Trim)},
	"trimPrefix":  {2, 2, []Kind{String}, String, trim(nil, strings.TrimPrefix)},
	"trimSuffix":  {2, 2, []Kind{String}, String, trim(nil, strings.TrimSuffix)},
	"split":       {2, 2, []Kind{String}, List, split},
	"join":        {1, 2, []Kind{List, String}, String, join},
	"replace":     {3, 3, []Kind{String}, String, replace},
	"repeat":      {2, 2, []Kind{String, Number}, String, repeat},
	"indexOf":     {2, 2, []Kind{String}, Number, position(strings.Index)},
	"lastIndexOf": {2, 2, []Kind{String}, Number, position(strings.LastIndex)},
	"string":      {1, 1, []Kind{Any}, String, func(c *context, a []any) (any, error) { s := Text(a[0]); return s, c.grow(c.place, len(s)) }},
	"toJSON":      {1, 1, []Kind{Any}, String, toJSON},
	"fromJSON":    {1, 1, []Kind{String}, Any, fromJSON},
	"base64":      onText(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
	"fromBase64":  {1, 1, []Kind{String}, String, fromBase64},
	"sha256":      onText(func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) }),
	"urlencode":   onText(func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }),
	"duration":    {1, 1, []Kind{String}, Duration, func(_ *context, a []any) (any, error) { return ParseDuration(a[0].(string)) }},
	"percent":     {1, 1, []Kind{String}, Number, func(_ *context, a []any) (any, error) { return ParsePercent(a[0].(string)) }},
	"size":        {1, 1, []Kind{String}, Number, func(_ *context, a []any) (any, error) { return ParseSize(a[0].(string)) }},
	"date":        {1, 1, []Kind{String}, Time, date},

	"int":    {1, 1, []Kind{Any}, Number, toInt},
	"float":  {1, 1, []Kind{Any}, Number, toFloat},
	"abs":    {1, 1, []Kind{Any}, Any, abs},
	"ceil":   rounded(math.Ceil),
	"floor":  rounded(math.Floor),
	"round":  rounded(math.Round),
	"min":    {1, -1, []Kind{Any}, Any, extreme(-1)},
	"max":    {1, -1, []Kind{Any}, Any, extreme(1)},
	"mean":   {1, -1, []Kind{Any}, Any, mean},
	"median": {1, -1, []Kind{Any}, Any, median},

	"first":   {1, 1, []Kind{List}, Any, func(c *context, a []any) (any, error) { return c.element(a[0].([]any), 0) }},
	"last":    {1, 1, []Kind{List}, Any, func(c *context, a []any) (any, error) { return c.element(a[0].([]any), -1) }},
	"take":    {2, 2, []Kind{List, Number}, List, take},
	"keys":    {1, 1, []Kind{Object}, List, keys},
	"values":  {1, 1, []Kind{Object}, List, values},
	"sort":    {1, 2, []Kind{List, String}, List, sorted},
	"reverse": {1, 1, []Kind{List}, List, reverse},
	"uniq":    {1, 1, []Kind{List}, List, uniq},
	"concat":  {1, -1, []Kind{List}, List, concat},
}

// total and sortedBy end sum(…) and sortBy(…): the loops gather, these compute.
var (
	total    = &function{1, 1, []Kind{List}, Any, sum}
	sortedBy = &function{2, 2, []Kind{List, String}, List, sortPairs}
)
