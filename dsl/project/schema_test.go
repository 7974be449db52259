package project

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

func TestSchemaGolden(t *testing.T) {
	const path = "testdata/schema.json"
	if *update {
		if err := os.WriteFile(path, Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(Schema())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSchemaAccepts holds the schema to what Parse does: what is good is valid, and an unknown key is not.
func TestSchemaAccepts(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	paths, _ := filepath.Glob("testdata/good/*.txtar")
	for _, path := range append(paths, "testdata/bad/unknown-key.txtar", "testdata/bad/stages.txtar", "testdata/bad/trap-yes.txtar") {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := yaml.Unmarshal([]byte(strings.TrimPrefix(unescape(string(archive.Files[0].Data)), "\ufeff")), &v); err != nil {
			t.Fatal(path, err)
		}
		data, err := json.Marshal(v) // as a JSON document, as schema tools see it
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		invalid := validate(root, v, "")
		if good := strings.Contains(path, "good"); good != (invalid == nil) {
			t.Errorf("%s: schema says %v", path, invalid)
		}
	}
}

// validate knows the keywords that Schema uses.
func validate(s map[string]any, v any, at string) error {
	if ways, ok := s["anyOf"].([]any); ok {
		var last error
		for _, one := range ways {
			if last = validate(one.(map[string]any), v, at); last == nil {
				return nil
			}
		}
		return last
	}
	if words, ok := s["enum"].([]any); ok && !slices.Contains(words, v) {
		return fmt.Errorf("%s: %v is none of %v", at, v, words)
	}
	if want, ok := s["type"]; ok && !hasType(want, v) {
		return fmt.Errorf("%s: %v is no %v", at, v, want)
	}
	switch v := v.(type) {
	case string:
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			return fmt.Errorf("%s: %q does not match %s", at, v, p)
		}
		if n, ok := s["minLength"].(float64); ok && len(v) < int(n) {
			return fmt.Errorf("%s is empty", at)
		}
	case float64:
		if n, ok := s["minimum"].(float64); ok && v < n {
			return fmt.Errorf("%s: %v is below %v", at, v, n)
		}
	case []any:
		if n, ok := s["minItems"].(float64); ok && len(v) < int(n) {
			return fmt.Errorf("%s is empty", at)
		}
		for i, item := range v {
			if err := validate(s["items"].(map[string]any), item, fmt.Sprint(at, "/", i)); err != nil {
				return err
			}
		}
	case map[string]any:
		properties, _ := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		for _, key := range required {
			if _, ok := v[key.(string)]; !ok {
				return fmt.Errorf("%s has no %s", at, key)
			}
		}
		for key, item := range v {
			p, known := properties[key].(map[string]any)
			if !known {
				if p, known = s["additionalProperties"].(map[string]any); !known {
					return fmt.Errorf("%s: unknown key %s", at, key)
				}
			}
			if names, ok := s["propertyNames"].(map[string]any); ok {
				if err := validate(names, key, at+" name"); err != nil {
					return err
				}
			}
			if err := validate(p, item, at+"/"+key); err != nil {
				return err
			}
		}
	}
	return nil
}

func hasType(want, v any) bool {
	if list, ok := want.([]any); ok {
		return slices.ContainsFunc(list, func(one any) bool { return hasType(one, v) })
	}
	switch want {
	case "null":
		return v == nil
	case "integer":
		f, ok := v.(float64)
		return ok && f == float64(int(f))
	}
	names := map[reflect.Kind]string{reflect.String: "string", reflect.Float64: "number", reflect.Bool: "boolean",
		reflect.Slice: "array", reflect.Map: "object"}
	return v != nil && names[reflect.TypeOf(v).Kind()] == want
}
