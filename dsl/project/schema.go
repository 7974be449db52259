package project

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// schema is a JSON Schema; encoding/json writes its keys in order, so equal types give equal bytes.
type schema map[string]any

// Schema is the JSON Schema of hoops.yaml, generated from the types that Parse reads it with.
func Schema() []byte {
	s := schemaOf(reflect.TypeFor[file](), "")
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "hoops.yaml"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		panic("project: " + err.Error()) // maps, slices and strings only
	}
	return b.Bytes()
}

func schemaOf(t reflect.Type, tag reflect.StructTag) schema {
	if s, ok := reflect.New(t).Interface().(shape); ok {
		return s.schema(tag)
	}
	properties, required := schema{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("key")
		if key == "" {
			continue
		}
		p := schemaOf(f.Type, f.Tag)
		doc := f.Tag.Get("doc")
		if runs := f.Tag.Get("runs"); runs != "" {
			doc = strings.TrimSpace("(run: " + oneOf(strings.Split(runs, "|")) + ") " + doc)
		}
		if doc != "" {
			p["description"] = doc
		}
		properties[key] = p
		if f.Tag.Get("need") != "" {
			required = append(required, key)
		}
	}
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// words are what people write without thinking of types: `user: 007` is a text.
func words(tag reflect.StructTag) schema {
	s := schema{"type": []string{"string", "number", "boolean"}}
	if tag.Get("empty") == "" {
		s["minLength"] = 1
	}
	return s
}

func (*text) schema(tag reflect.StructTag) schema     { return words(tag) }
func (*template) schema(tag reflect.StructTag) schema { return words(tag) }
func (*expression) schema(reflect.StructTag) schema   { return words("") }

func (*param) schema(reflect.StructTag) schema {
	return schema{"type": []string{"string", "number", "boolean", "null"}}
}

func (*duration) schema(reflect.StructTag) schema {
	return schema{"type": "string", "pattern": `^([0-9.]+(ns|us|µs|μs|ms|s|m|h|d|w))+$`}
}

func (*size) schema(reflect.StructTag) schema {
	return schema{"type": "string", "pattern": `^[0-9.]+([kKMGT]?B|[KMGT]iB)$`}
}

func (*percent) schema(reflect.StructTag) schema {
	return schema{"type": "string", "pattern": `^[0-9.]+%$`}
}

func (*whole) schema(reflect.StructTag) schema   { return schema{"type": "integer", "minimum": 1} }
func (*boolean) schema(reflect.StructTag) schema { return schema{"type": "boolean"} }

// schema of a choice lists the words that YAML reads as numbers as numbers too.
func (*choice) schema(tag reflect.StructTag) schema {
	var all []any
	for _, w := range strings.Split(tag.Get("choice"), "|") {
		all = append(all, w)
		var number json.Number
		if json.Unmarshal([]byte(w), &number) == nil {
			all = append(all, number)
		}
	}
	return schema{"enum": all}
}

func (*named[T]) schema(tag reflect.StructTag) schema {
	s := schema{"type": []string{"object", "null"}, "additionalProperties": schemaOf(reflect.TypeFor[T](), tag)}
	if tag.Get("names") != "" {
		s["propertyNames"] = schema{"pattern": `^[\p{L}_][\p{L}\p{Nd}_]*$`}
	}
	return s
}

func (*list[T]) schema(tag reflect.StructTag) schema {
	items := schemaOf(reflect.TypeFor[T](), tag)
	s := schema{"type": "array", "items": items}
	if tag.Get("need") != "" {
		s["minItems"] = 1
	}
	if _, single := any(new(T)).(shape); single {
		return schema{"anyOf": []any{s, items}}
	}
	return s
}
