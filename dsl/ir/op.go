package ir

import "github.com/cucumber-value/hoops/dsl/diag"

// Kind names an op in the text form, the canonical form and messages.
type Kind string

// Op is one instruction. The sum is sealed: the kinds below are all there are, and the test that walks
// opKinds fails when one is missing from the text form, the canonical form or a driver.
//
//	request   send a request; the response becomes the answer that expressions read
//	expect    the answer must be so
//	keep      name = value of an expression
//	use       from here on: headers, redirects or not, another actor
//	wait      think time
//	within    repeat one reading step until it passes
//	call      a step function written in Go
//	pause     hold a functional run at a terminal
//	open      a browser goes to an address
//	act       a browser clicks, fills, chooses, …
//	see       a browser looks until it sees, or does not
//	run       a shell script
type Op interface {
	Kind() Kind
	// Effect of the op itself; a definition's @read or @write overrides it.
	Effect() Effect
	op()
}

const (
	KindRequest Kind = "request"
	KindExpect  Kind = "expect"
	KindKeep    Kind = "keep"
	KindUse     Kind = "use"
	KindWait    Kind = "wait"
	KindWithin  Kind = "within"
	KindCall    Kind = "call"
	KindPause   Kind = "pause"
	KindOpen    Kind = "open"
	KindAct     Kind = "act"
	KindSee     Kind = "see"
	KindRun     Kind = "run"
)

// opKinds makes an empty op of each kind.
var opKinds = []struct {
	kind Kind
	make func() Op
}{
	{KindRequest, func() Op { return &Request{} }},
	{KindExpect, func() Op { return &Expect{} }},
	{KindKeep, func() Op { return &Keep{} }},
	{KindUse, func() Op { return &Use{} }},
	{KindWait, func() Op { return &Wait{} }},
	{KindWithin, func() Op { return &Within{} }},
	{KindCall, func() Op { return &Call{} }},
	{KindPause, func() Op { return &Pause{} }},
	{KindOpen, func() Op { return &Open{} }},
	{KindAct, func() Op { return &Act{} }},
	{KindSee, func() Op { return &See{} }},
	{KindRun, func() Op { return &Run{} }},
}

// Kinds lists every kind of op.
func Kinds() []Kind {
	var kinds []Kind
	for _, k := range opKinds {
		kinds = append(kinds, k.kind)
	}
	return kinds
}

// New is an empty op of a kind, nil if there is no such kind.
func New(kind Kind) Op {
	for _, k := range opKinds {
		if k.kind == kind {
			return k.make()
		}
	}
	return nil
}

// Field is a name with a value: a header, a form field, a pair of "the response has:", a filled input.
type Field struct {
	Name  string   `json:"name"`
	Value Template `json:"value,omitempty"`
	Pos   diag.Pos `json:"pos"`
}

// Request sends one HTTP request. Every slot stays data, place and origin included, because other stages
// derive from it.
type Request struct {
	Method  string   `json:"method"`
	Target  Template `json:"target"` // resolved against the environment's url
	Headers []Field  `json:"headers,omitempty"`
	Body    *Body    `json:"body,omitempty"`
	Name    string   `json:"name"` // of its samples, "POST /cats/{id}": never a raw URL
	Pos     diag.Pos `json:"pos"`  // of the target, or of the request line
}

// BodyKind is how a body is encoded and which Content-Type it has unless a header says otherwise.
type BodyKind string

const (
	BodyJSON  BodyKind = "json"
	BodyText  BodyKind = "text" // as written; Content-Type from Media, else text/plain
	BodyForm  BodyKind = "form"
	BodyParts BodyKind = "parts" // multipart/form-data
	BodyRaw   BodyKind = "raw"   // of "I send:": no header is added
)

// Body of a request: Content for json, text and raw, Fields for form and parts.
type Body struct {
	Kind    BodyKind `json:"kind"`
	Media   string   `json:"media,omitempty"`
	Content Template `json:"content,omitempty"`
	Fields  []Field  `json:"fields,omitempty"` // in parts, a value "@file" sends that project file
}

// Check is what an Expect compares.
type Check string

const (
	CheckTrue     Check = "true"     // Expr holds
	CheckStatus   Check = "status"   // the status is Want, an int or a class "2xx"
	CheckJSON     Check = "json"     // the body contains Want: objects in part, arrays whole
	CheckFields   Check = "fields"   // each Field.Name, an expression, equals its value
	CheckTakes    Check = "takes"    // duration < Want
	CheckSchema   Check = "schema"   // the body matches the JSON Schema in file Want
	CheckExit     Check = "exit"     // the exit code is Want
	CheckContains Check = "contains" // the output contains Want
	CheckMatches  Check = "matches"  // the output matches the regular expression Want
)

// Checks in the order of their constants, for tests that walk them all.
var Checks = []Check{CheckTrue, CheckStatus, CheckJSON, CheckFields, CheckTakes, CheckSchema, CheckExit, CheckContains, CheckMatches}

// Expect fails the step unless the last answer is as it says; no data never passes.
type Expect struct {
	Check  Check    `json:"check"`
	Expr   string   `json:"expr,omitempty"`
	Want   Template `json:"want,omitempty"`
	Fields []Field  `json:"fields,omitempty"`
	Pos    diag.Pos `json:"pos"` // of Expr or Want
}

// Keep gives a value a name for the rest of the session.
type Keep struct {
	Name   string   `json:"name"`
	Expr   string   `json:"expr"`
	Secret bool     `json:"secret,omitempty"`
	Pos    diag.Pos `json:"pos"` // of Expr
}

// Use changes how the session goes on: exactly one of its fields is set.
type Use struct {
	Headers   []Field  `json:"headers,omitempty"`   // with every request, to the end of the session
	Redirects Redirect `json:"redirects,omitempty"` // to the end of the body it stands in
	Actor     Template `json:"actor,omitempty"`     // cookies, connections and a page of one's own
	Pos       diag.Pos `json:"pos"`
}

// Redirect says whether redirects are followed; "" is the default (they are, up to 10).
type Redirect string

const (
	FollowRedirects Redirect = "follow"
	KeepRedirects   Redirect = "keep" // the 3xx itself is the answer
)

// Wait is think time: it belongs to no latency.
type Wait struct {
	For Template `json:"for"` // a duration
	Pos diag.Pos `json:"pos"`
}

// Within repeats a step that only reads until it passes or the limit is over.
type Within struct {
	Limit Template `json:"limit"` // a duration
	Step  Step     `json:"step"`  // its binding for the same driver
	Pos   diag.Pos `json:"pos"`
}

// Call is a step function written in Go.
type Call struct {
	Func int        `json:"func"` // 1-based index into Program.Funcs
	Args []Template `json:"args,omitempty"`
	Pos  diag.Pos   `json:"pos"`
}

// Pause stops a functional run at a terminal; elsewhere it does nothing.
type Pause struct {
	Pos diag.Pos `json:"pos"`
}

// Open navigates a browser.
type Open struct {
	Target Template `json:"target"`
	Name   string   `json:"name"` // of its sample, "/cats/{id}"
	Pos    diag.Pos `json:"pos"`
}

// Target is what a person sees of an element: the Nth (1-based, 0 when it must be the only one) element of
// Role named Name, within the region or row named In; or the CSS escape.
type Target struct {
	Role string   `json:"role,omitempty"`
	Name Template `json:"name,omitempty"`
	Nth  int      `json:"nth,omitempty"`
	In   *Target  `json:"in,omitempty"`
	CSS  Template `json:"css,omitempty"`
}

// Verb is what Act does to its target.
type Verb string

const (
	Click      Verb = "click"
	Fill       Verb = "fill"
	FillForm   Verb = "fill-form" // Fields
	Choose     Verb = "choose"
	Tick       Verb = "tick"
	Untick     Verb = "untick"
	Press      Verb = "press" // a key
	Upload     Verb = "upload"
	Screenshot Verb = "screenshot"
)

// Act does something in a browser.
type Act struct {
	Verb   Verb     `json:"verb"`
	Target *Target  `json:"target,omitempty"`
	Value  Template `json:"value,omitempty"`
	Fields []Field  `json:"fields,omitempty"`
	Pos    diag.Pos `json:"pos"`
}

// Look is what See looks at.
type Look string

const (
	SeeTarget  Look = "target"
	SeeTitle   Look = "title"
	SeeAddress Look = "address"
)

// See looks until it sees (or, with Not, no longer sees) or the step's time is up.
type See struct {
	Look   Look     `json:"look"`
	Target *Target  `json:"target,omitempty"`
	Want   Template `json:"want,omitempty"`
	Not    bool     `json:"not,omitempty"`
	Pos    diag.Pos `json:"pos"`
}

// Run executes a shell script; its values travel as environment variables.
type Run struct {
	Script Template `json:"script"`
	Pos    diag.Pos `json:"pos"`
}

func (*Request) Kind() Kind { return KindRequest }
func (*Expect) Kind() Kind  { return KindExpect }
func (*Keep) Kind() Kind    { return KindKeep }
func (*Use) Kind() Kind     { return KindUse }
func (*Wait) Kind() Kind    { return KindWait }
func (*Within) Kind() Kind  { return KindWithin }
func (*Call) Kind() Kind    { return KindCall }
func (*Pause) Kind() Kind   { return KindPause }
func (*Open) Kind() Kind    { return KindOpen }
func (*Act) Kind() Kind     { return KindAct }
func (*See) Kind() Kind     { return KindSee }
func (*Run) Kind() Kind     { return KindRun }

func (*Request) op() {}
func (*Expect) op()  {}
func (*Keep) op()    {}
func (*Use) op()     {}
func (*Wait) op()    {}
func (*Within) op()  {}
func (*Call) op()    {}
func (*Pause) op()   {}
func (*Open) op()    {}
func (*Act) op()     {}
func (*See) op()     {}
func (*Run) op()     {}

// Effect of a request is that of its method: GET, HEAD and OPTIONS read.
func (r *Request) Effect() Effect {
	switch r.Method {
	case "GET", "HEAD", "OPTIONS":
		return Reads
	}
	return Writes
}
func (*Expect) Effect() Effect { return Reads }
func (*Keep) Effect() Effect   { return Reads }
func (*Use) Effect() Effect    { return Reads }
func (*Wait) Effect() Effect   { return Reads }
func (*Within) Effect() Effect { return Reads }
func (*Call) Effect() Effect   { return Writes } // its Func may say otherwise
func (*Pause) Effect() Effect  { return Reads }
func (*Open) Effect() Effect   { return Reads }

// Effect of a screenshot is to read; every other act may change something.
func (a *Act) Effect() Effect {
	if a.Verb == Screenshot {
		return Reads
	}
	return Writes
}
func (*See) Effect() Effect { return Reads }
func (*Run) Effect() Effect { return Writes }
