package ir

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Print writes the program as text, one op a line with its position: what `hoops show` prints and what golden
// files hold. It is for reading and for diff, and cannot be read back.
func Print(w io.Writer, p *Program) error {
	t := &printer{program: p}
	t.line(0, diag.Pos{}, "program %s", orDash(p.Project))
	for _, m := range p.Measures {
		t.line(0, m.Pos, "measure %q from %s%s", m.Name, m.From, options("count", m.Count, "per", m.Per, "of", m.Of,
			"value", m.Value, "quantile", m.Quantile, "step", m.Step, "better", m.Better, "owner", m.Owner, "mde", m.MDE,
			"unit", m.Unit, "at", m.At, "margin", m.Margin, "dsn", m.DSN.String(), "url", m.URL.String(),
			"control", m.Control, "split", m.Split, "weights", m.Weights.String(), "synthetic", m.Synthetic, "says", strings.Join(m.Says, " | ")))
	}
	if p.Zone != "" {
		t.line(0, diag.Pos{}, "zone %s", p.Zone)
	}
	for _, b := range p.Baselines {
		t.line(0, b.Pos, "baseline %q%s", b.Name, options("about", b.About))
	}
	for _, f := range p.Features {
		t.feature(&f)
	}
	for i, d := range p.Definitions {
		t.definition(i+1, &d)
	}
	for i, f := range p.Funcs {
		t.line(0, diag.Pos{}, "func f%d %q%s", i+1, f.Pattern, options("driver", f.Driver, "effect", string(f.Effect)))
	}
	t.project(p)
	for _, f := range p.Files {
		t.line(0, diag.Pos{}, "file %s %d bytes %s%s", f.Path, f.Size, Short(f.Digest), options("id", f.ID))
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

type printer struct {
	program *Program
	b       strings.Builder
}

// column at which positions stand, in runes, when the line is shorter than that.
const column = 88

func (t *printer) line(depth int, pos diag.Pos, format string, args ...any) {
	text := strings.Repeat("  ", depth) + diag.Printable(fmt.Sprintf(format, args...))
	if !pos.IsZero() {
		text = fmt.Sprintf("%-*s %s", column, text, pos)
	}
	t.b.WriteString(text + "\n")
}

func (t *printer) feature(f *Feature) {
	t.line(0, f.Pos, "feature %s %q%s%s", f.ID, f.Name, tags(f.Tags), options("language", f.Language, "role", f.Role, "want", f.Want))
	for _, c := range f.Clauses {
		t.line(1, c.Pos, "clause %s %q", c.ID, c.Text)
		for _, claim := range c.Claims {
			guard := ""
			if claim.Guardrail {
				guard = " guardrail"
			}
			t.line(2, claim.Pos, "claim %s: %s%s", claim.Mode, claim.Reading, guard)
		}
		if c.Unbound != "" {
			t.line(2, diag.Pos{}, "unbound: %s", c.Unbound)
		}
	}
	for _, s := range f.Scenarios {
		kind := "scenario"
		if s.Outline {
			kind = "outline"
		}
		t.line(1, s.Pos, "%s %s %q%s%s", kind, s.ID, s.Name, tags(s.Tags), options("rule", s.Rule))
		for _, r := range s.Rows {
			t.line(2, r.Pos, "row %s %q%s", strings.TrimPrefix(r.ID, s.ID), r.Cells, tags(added(r.Tags, s.Tags)))
		}
		t.steps(2, s.Steps)
	}
}

func (t *printer) definition(n int, d *Definition) {
	once := ""
	if d.Once {
		once = "yes"
		if d.MaxAge > 0 {
			once = d.MaxAge.String()
		}
	}
	each := ""
	if d.Each {
		each = "row"
	}
	undo := ""
	if d.Undo > 0 {
		undo = fmt.Sprintf("d%d", d.Undo)
	}
	t.line(0, d.Pos, "definition d%d %q%s", n, d.Pattern, options("driver", d.Driver, "effect", string(d.Effect), "once", once, "each", each, "undo", undo))
	for i, p := range d.Params {
		if p.Pattern != "" && !slices.Contains(d.Params[:i], p) {
			t.line(1, diag.Pos{}, "type %s %q", p.Type, p.Pattern)
		}
	}
	t.steps(1, d.Body)
}

func (t *printer) steps(depth int, steps []Step) {
	for i := range steps {
		t.step(depth, &steps[i])
	}
}

func (t *printer) step(depth int, s *Step) {
	background := ""
	if s.Background {
		background = "background: "
	}
	t.line(depth, s.Pos, "%s%s", background, strings.TrimSpace(s.Keyword+" "+s.Text))
	for _, b := range s.Bindings {
		rows := rowText(b.Rows, b.Column)
		if b.Definition > 0 {
			var args []string
			for _, a := range b.Args {
				args = append(args, fmt.Sprintf("%q", a))
			}
			if s.Doc != nil {
				args = append(args, fmt.Sprintf("doc %q", s.Doc.Content))
			}
			if s.Table != nil {
				args = append(args, fmt.Sprintf("table %q", s.Table))
			}
			t.line(depth+1, diag.Pos{}, "%s: call d%d(%s)%s", b.Driver, b.Definition, strings.Join(args, ", "), rows)
			continue
		}
		t.line(depth+1, diag.Pos{}, "%s: %s%s", b.Driver, opText(b.Op), rows)
		if w, ok := b.Op.(*Within); ok {
			t.step(depth+2, &w.Step)
		}
	}
	for _, o := range s.Obstacles {
		t.line(depth+1, diag.Pos{}, "%s: %s: %s%s", o.Driver, o.Status, o.Message, rowText(o.Rows, o.Column))
	}
}

func rowText(rows []int, column string) string {
	switch {
	case len(rows) == 0:
		return ""
	case column == "":
		return fmt.Sprintf(" rows %v", rows)
	}
	return fmt.Sprintf(" rows %v by %q", rows, column)
}

// opText is an op on one line. Templates are quoted with the place of each expression, since a value in the
// wrong place is the mistake that a reader looks for.
func opText(op Op) string {
	switch op := op.(type) {
	case *Request:
		s := fmt.Sprintf("request %s %s as %q", op.Method, placed(op.Target), op.Name)
		s += fieldText(" header", op.Headers)
		if op.Body != nil {
			s += fmt.Sprintf(" body %s", op.Body.Kind)
			if op.Body.Media != "" {
				s += " " + op.Body.Media
			}
			if op.Body.Content != nil {
				s += " " + placed(op.Body.Content)
			}
			s += fieldText(" field", op.Body.Fields)
		}
		return s
	case *Expect:
		s := "expect " + string(op.Check)
		if op.Expr != "" {
			s += " " + op.Expr
		}
		if op.Want != nil {
			s += " " + placed(op.Want)
		}
		return s + fieldText(" field", op.Fields)
	case *Keep:
		if op.Secret {
			return "keep secret " + op.Name + " = " + op.Expr
		}
		return "keep " + op.Name + " = " + op.Expr
	case *Use:
		s := "use" + fieldText(" header", op.Headers)
		if op.Redirects != "" {
			s += " redirects " + string(op.Redirects)
		}
		if op.Actor != nil {
			s += " actor " + placed(op.Actor)
		}
		return s
	case *Wait:
		return "wait " + placed(op.For)
	case *Within:
		return "within " + placed(op.Limit)
	case *Call:
		var args []string
		for _, a := range op.Args {
			args = append(args, placed(a))
		}
		return fmt.Sprintf("call f%d(%s)", op.Func, strings.Join(args, ", "))
	case *Pause:
		return "pause"
	case *Open:
		return fmt.Sprintf("open %s as %q", placed(op.Target), op.Name)
	case *Act:
		s := "act " + string(op.Verb)
		if op.Target != nil {
			s += " " + targetText(op.Target)
		}
		if op.Value != nil {
			s += " value " + placed(op.Value)
		}
		return s + fieldText(" field", op.Fields)
	case *See:
		s := "see " + string(op.Look)
		if op.Not {
			s = "see not " + string(op.Look)
		}
		if op.Target != nil {
			s += " " + targetText(op.Target)
		}
		if op.Want != nil {
			s += " " + placed(op.Want)
		}
		return s
	case *Run:
		return "run " + placed(op.Script)
	}
	panic(fmt.Sprintf("ir: op %T has no text form", op))
}

func fieldText(label string, fields []Field) string {
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, "%s %q=%s", label, f.Name, placed(f.Value))
	}
	return b.String()
}

func targetText(t *Target) string {
	s := strings.TrimSpace(t.Role + " " + placed(t.Name))
	if t.CSS != nil {
		s = "css " + placed(t.CSS)
	}
	if t.Nth > 0 {
		s += fmt.Sprintf(" nth %d", t.Nth)
	}
	if t.In != nil {
		s += " in (" + targetText(t.In) + ")"
	}
	return s
}

// placed is a template with "place:" before each expression that does not land in plain text.
func placed(t Template) string {
	var b strings.Builder
	for _, p := range t {
		switch {
		case p.Expr == "":
			b.WriteString(strings.ReplaceAll(p.Text, "${", `\${`))
		case p.Place == Plain:
			b.WriteString("${" + p.Expr + "}")
		default:
			b.WriteString("${" + string(p.Place) + ": " + p.Expr + "}")
		}
	}
	return fmt.Sprintf("%q", b.String())
}

// options are the pairs whose value is not empty, as " name=value".
func options(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if v := pairs[i+1]; v != "" {
			if strings.ContainsAny(v, " \"") {
				v = fmt.Sprintf("%q", v)
			}
			b.WriteString(" " + pairs[i] + "=" + v)
		}
	}
	return b.String()
}

func tags(list []Tag) string {
	var b strings.Builder
	for _, t := range list {
		b.WriteString(" " + t.Name)
	}
	return b.String()
}

// added is the tags of list that are not in base.
func added(list, base []Tag) []Tag {
	return slices.DeleteFunc(slices.Clone(list), func(t Tag) bool {
		return slices.ContainsFunc(base, func(b Tag) bool { return b.Name == t.Name })
	})
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
