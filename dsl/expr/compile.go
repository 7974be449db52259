package expr

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// maxNodes bounds the syntax tree; 4 KB of source can hardly reach it.
const maxNodes = 4000

func compile(source string, scope Scope, condition bool) (*Program, error) {
	s, bad := newScan(source)
	if bad != nil {
		if scope.Gate && strings.Contains(source, "${") {
			bad.Help = []string{"write the figure itself: what a load is held to is in hoops.yaml, and takes no parameters"}
		}
		return nil, bad
	}
	rewritten := string(s.rewritten)
	config := &conf.Config{MaxNodes: maxNodes, ShortCircuit: true, DisableIfOperator: true, Functions: conf.FunctionsTable{}}
	for name := range scope.Funcs {
		config.Functions[name] = &builtin.Function{Name: name} // a function of the scope hides a loop of the same name
	}
	tree, err := parser.ParseWithConfig(rewritten, config)
	if err != nil {
		return nil, s.syntax(err)
	}
	l := &lowering{scan: s, written: stretches(source, scope.Written), scope: scope, slots: map[string]int{}}
	top, bad := l.lower(tree.Node)
	if bad == nil && top.isNil {
		bad = l.place(top).errorf("nil is not a value: it can only be compared with")
	}
	if bad == nil && condition {
		bad = l.condition(top)
	}
	if bad != nil {
		return nil, bad
	}
	tree.Node = top.node
	config.Functions = operators
	code, err := compiler.Compile(tree, config)
	if err != nil {
		return nil, s.errorf(0, len(s.runes), "the expression cannot be compiled")
	}
	p := &Program{source: source, kind: top.kind, code: code, names: l.names, calls: l.calls,
		why: top.reason(l), traces: l.traces, whole: l.place(top)}
	p.whole.text = strings.TrimSpace(l.spelt(0, len(s.runes)))
	seen := map[[2]string]bool{}
	for _, r := range l.reads {
		if key := [2]string{r.Name, r.Field}; !seen[key] {
			seen[key] = true
			p.reads = append(p.reads, *r)
		}
	}
	return p, nil
}

// syntax is what expr-lang's parser found, in our words.
func (s *scan) syntax(err error) *Error {
	var at *file.Error
	if !errors.As(err, &at) {
		return s.errorf(0, len(s.runes), "the expression cannot be read")
	}
	i, known := s.at[at.From]
	// The parser's last token is the end of the source, at its last rune or after it.
	if !known || strings.Contains(at.Message, "token EOF") {
		if at.From >= len(s.runes)-1 && !strings.Contains(at.Message, "escape") {
			end := s.tokens[len(s.tokens)-1]
			return s.errorf(end.to, end.to, "the expression ends too early: something is missing after `%s`", end.text)
		}
		return s.errorf(at.From, at.To, "the text cannot be read: `\\` starts no known escape here").
			withHelp("write `\\\\` for a backslash, or use backquotes")
	}
	t := s.tokens[i]
	switch {
	case strings.HasPrefix(at.Message, "expected at least"):
		return s.errorf(t.from, t.to, "an argument is missing before `%s`: a list and a condition on its elements are expected", t.text).
			withHelp("for example any(xs, .price > 10)")
	case strings.HasPrefix(at.Message, "expected name"):
		return s.errorf(t.from, t.to, "a name is expected after `.`, not `%s`", t.text)
	case strings.HasPrefix(at.Message, "a map key"):
		return s.errorf(t.from, t.to, "the name of a field is expected, not `%s`", t.text)
	case strings.Contains(at.Message, "maximum allowed nodes"):
		return s.errorf(t.from, t.to, "the expression has too many parts: at most %d", maxNodes)
	case strings.Contains(at.Message, "escape"):
		return s.errorf(t.from, t.to, "the text cannot be read: `\\` starts no known escape in it").
			withHelp("write `\\\\` for a backslash, or use backquotes")
	}
	e := s.errorf(t.from, t.to, "`%s` is not expected here", t.text)
	if i > 0 && t.kind != sign && t.kind != closer {
		before := s.tokens[i-1]
		if before.kind != sign && before.kind != opener {
			e.Message = fmt.Sprintf("an operator is expected between `%s` and `%s`", before.text, t.text)
			if joined := joinedUnit(before.text, t.text); before.kind == number && t.kind == word && joined != "" {
				e.withHelp("write %s", joined)
			}
			if sign := ofOtherLanguages[t.text]; t.kind == word && sign != "" && !words[strings.ToLower(t.text)] {
				e.withHelp("write `%s`", sign)
			}
		}
	}
	if near := strings.ToLower(t.text); t.kind == word && near != t.text && words[near] {
		e.withHelp("did you mean %s?", near)
	}
	if t.text == "#" || t.text == "." {
		e.withHelp("`%s` stands for an element inside any(…), filter(…) and the like", t.text)
	}
	return e
}

// closest is the help for a misspelt name.
func closest(e *Error, name string, candidates []string) *Error {
	sort.Strings(candidates)
	candidates = slices.Compact(candidates) // a parameter may have the name of a value
	if near := diag.Closest(name, candidates); near != "" {
		return e.withHelp("did you mean %q?", near)
	}
	if len(candidates) > 0 && len(candidates) <= 20 {
		return e.withHelp("there is %s", strings.Join(candidates, ", "))
	}
	return e
}

func compilePattern(pattern string) (*regexp.Regexp, error) {
	if len(pattern) > 1000 {
		return nil, errors.New("the regular expression is too long: at most 1,000 bytes")
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("not a regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return re, nil
}

// call is the syntax of a call of one of the operators.
func call(operator string, args ...any) ast.Node {
	nodes := []ast.Node{&ast.IdentifierNode{Value: "$env"}} // the frame
	for _, a := range args {
		node, ok := a.(ast.Node)
		if !ok {
			node = &ast.ConstantNode{Value: a}
		}
		nodes = append(nodes, node)
	}
	return &ast.CallNode{Callee: &ast.IdentifierNode{Value: operator}, Arguments: nodes}
}
