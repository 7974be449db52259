package expr

// StepScope is what an expression in a step may read besides parameters and kept values: hoops' own names, of
// which nothing can be kept. It is made anew at each call, so that the caller may add names.
func StepScope() Scope {
	response := map[string]Kind{"status": Number, "duration": Duration, "body": Any, "text": String, "url": String}
	s := Scope{
		Values: map[string]Kind{
			"row": Object, "env": Object, "secret": Object, "param": Object, "run": Object,
			"table": List, "rows": List, "doc": String,
			"response": Object, "page": Object,
			"exit": Number, "out": String, "err": String,
		},
		Fields: map[string]map[string]Kind{
			"response": response,
			"run":      {"id": String, "number": Number},
			"page":     {"title": String, "url": String, "lcp": Duration, "fcp": Duration, "cls": Number, "ttfb": Duration},
		},
		Funcs: map[string]Func{
			"header":     {Min: 1, Max: 1, Result: String, Hides: Identifies},
			"cookie":     {Min: 1, Max: 1, Result: String, Hides: func(string) bool { return true }},
			"css":        {Min: 1, Max: 2, Result: String},
			"xpath":      {Min: 1, Max: 1, Result: String},
			"page.text":  {Min: 1, Max: 1, Result: String},
			"page.count": {Min: 1, Max: 1, Result: Number},
		},
	}
	for name, kind := range response {
		s.Values[name] = kind
	}
	return s
}

// ownNames are the names of StepScope that no step may keep a value under. What a command said (exit, out,
// err) is not among them: a kept value of that name is the author's choice.
var ownNames = []string{"row", "env", "secret", "param", "run", "table", "rows", "doc", "page", "response", "status", "body", "text", "url", "duration"}

// Reserved reports whether name is one of hoops' own.
func Reserved(name string) bool {
	for _, r := range ownNames {
		if r == name {
			return true
		}
	}
	return false
}
