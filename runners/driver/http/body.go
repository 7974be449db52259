package http

import (
	"bytes"
	"cmp"
	"mime"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"path"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// content is a body ready to be sent; its media type is "" when no Content-Type is due.
type content struct {
	bytes []byte
	media string
}

type bodyFunc func(*session.Frame) (content, error)

// lowerBody makes the function of a body; one that depends on nothing is made here.
func lowerBody(b *ir.Body, l *session.Lowering) (build bodyFunc, constant bool, err error) {
	constant = true
	switch {
	case b == nil:
		return func(*session.Frame) (content, error) { return content{}, nil }, true, nil
	case b.Kind == ir.BodyForm:
		build, constant, err = lowerForm(b.Fields, l)
	case b.Kind == ir.BodyParts:
		build, constant, err = lowerParts(b.Fields, l)
	default:
		media := ""
		switch b.Kind {
		case ir.BodyJSON:
			media = "application/json"
		case ir.BodyText:
			media = "text/plain; charset=utf-8"
		}
		if b.Media != "" {
			media = b.Media
		}
		_, constant = b.Content.Constant()
		var text session.TextFunc
		text, err = l.Text(b.Content)
		build = func(f *session.Frame) (content, error) {
			s, err := text(f)
			return content{[]byte(s), media}, err
		}
	}
	if err != nil || !constant {
		return build, constant, err
	}
	made, err := build(nil)
	return func(*session.Frame) (content, error) { return made, nil }, true, err
}

// field is one row of a form.
type field struct {
	name  string
	file  bool // the value is the path of a project file
	value session.TextFunc
}

func lowerFields(fields []ir.Field, files bool, l *session.Lowering) (all []field, constant bool, err error) {
	constant = true
	for _, f := range fields {
		one := field{name: f.Name}
		// A cell is data from end to end, its literals too: it is encoded as a whole.
		value := make(ir.Template, len(f.Value))
		for i, part := range f.Value {
			part.Place = ir.Plain
			value[i] = part
		}
		// Only an "@" that the author wrote names a file: one that comes with data is data.
		if files && ir.NamesFile(f.Value) {
			one.file = true
			value[0].Text = value[0].Text[1:]
		} else if files && len(value) > 0 && strings.HasPrefix(value[0].Text, "@@") {
			value[0].Text = value[0].Text[1:]
		}
		if one.value, err = l.Text(value); err != nil {
			return nil, false, err
		}
		if _, fixed := value.Constant(); !fixed {
			constant = false
		}
		all = append(all, one)
	}
	return all, constant, nil
}

func lowerForm(fields []ir.Field, l *session.Lowering) (bodyFunc, bool, error) {
	all, constant, err := lowerFields(fields, false, l)
	if err != nil {
		return nil, false, err
	}
	return func(f *session.Frame) (content, error) {
		var b strings.Builder
		for i, field := range all {
			if i > 0 {
				b.WriteByte('&')
			}
			value, err := field.value(f)
			if err != nil {
				return content{}, err
			}
			b.WriteString(url.QueryEscape(field.name) + "=" + url.QueryEscape(value))
		}
		return content{[]byte(b.String()), "application/x-www-form-urlencoded"}, nil
	}, constant, nil
}

func lowerParts(fields []ir.Field, l *session.Lowering) (bodyFunc, bool, error) {
	all, constant, err := lowerFields(fields, true, l)
	if err != nil {
		return nil, false, err
	}
	host := l.Host()
	return func(f *session.Frame) (content, error) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b) // its boundary is random: no data can hold it
		for _, field := range all {
			value, err := field.value(f)
			if err != nil {
				return content{}, err
			}
			if !field.file {
				w.WriteField(field.name, value) // to memory: it never fails
				continue
			}
			data, err := host.File(value)
			if err != nil {
				failure := session.Failf("http/file", "%v", err)
				failure.Cause = err
				failure.Help = append(failure.Help, "a file is in the program where a step writes its name out: | file | @data/cat.jpg |")
				return content{}, failure
			}
			head := make(textproto.MIMEHeader)
			head.Set("Content-Disposition", multipart.FileContentDisposition(field.name, path.Base(value)))
			head.Set("Content-Type", cmp.Or(mime.TypeByExtension(path.Ext(value)), "application/octet-stream"))
			p, _ := w.CreatePart(head)
			p.Write(data)
		}
		w.Close()
		return content{b.Bytes(), w.FormDataContentType()}, nil
	}, constant, nil
}
