package secret_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cucumber-value/hoops/runners/secret"
)

func store(t testing.TB, values ...string) *secret.Store {
	t.Helper()
	s := secret.NewStore(secret.Options{})
	for _, v := range values {
		if err := s.Add(v); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func environment(vars map[string]string, files map[string]string) secret.Options {
	return secret.Options{
		Lookup: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
		ReadFile: func(path string) ([]byte, error) {
			if v, ok := files[path]; ok {
				return []byte(v), nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
	}
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		title, name string
		vars, files map[string]string
		want, err   string
	}{
		{title: "a variable", name: "token", vars: map[string]string{"HOOPS_SECRET_TOKEN": "s3cret!"}, want: "s3cret!"},
		{title: "dashes and dots", name: "pay.api-key", vars: map[string]string{"HOOPS_SECRET_PAY_API_KEY": "s3cret!"}, want: "s3cret!"},
		{title: "a file", name: "token", vars: map[string]string{"HOOPS_SECRET_TOKEN_FILE": "/run/token"}, files: map[string]string{"/run/token": "s3cret!\r\n"}, want: "s3cret!"},
		{title: "a key of several lines", name: "key", vars: map[string]string{"HOOPS_SECRET_KEY_FILE": "k"}, files: map[string]string{"k": "BEGIN\nabcd\nEND\n"}, want: "BEGIN\nabcd\nEND"},
		{title: "an empty variable beside a file", name: "token", vars: map[string]string{"HOOPS_SECRET_TOKEN": "", "HOOPS_SECRET_TOKEN_FILE": "f"}, files: map[string]string{"f": "s3cret!"}, want: "s3cret!"},
		{title: "missing", name: "api-key",
			err: `secret "api-key": not set; set HOOPS_SECRET_API_KEY, or set HOOPS_SECRET_API_KEY_FILE to the path of a file that holds it`},
		{title: "empty", name: "token", vars: map[string]string{"HOOPS_SECRET_TOKEN": ""}, err: `secret "token": HOOPS_SECRET_TOKEN is set, but empty`},
		{title: "empty path", name: "token", vars: map[string]string{"HOOPS_SECRET_TOKEN_FILE": ""}, err: `secret "token": HOOPS_SECRET_TOKEN_FILE is set, but empty`},
		{title: "both", name: "token", vars: map[string]string{"HOOPS_SECRET_TOKEN": "s3cret!", "HOOPS_SECRET_TOKEN_FILE": "f"},
			err: `secret "token": HOOPS_SECRET_TOKEN and HOOPS_SECRET_TOKEN_FILE are both set; unset one of them`},
		{title: "a value where a path belongs", name: "token", vars: map[string]string{"HOOPS_SECRET_TOKEN_FILE": "s3cret!"},
			err: `secret "token": the file that HOOPS_SECRET_TOKEN_FILE names cannot be read: file does not exist`},
		{title: "an empty file", name: "token", vars: map[string]string{"HOOPS_SECRET_TOKEN_FILE": "f"}, files: map[string]string{"f": "\n"},
			err: `secret "token": the file that HOOPS_SECRET_TOKEN_FILE names is empty`},
		{title: "too short", name: "pin", vars: map[string]string{"HOOPS_SECRET_PIN": "xq7"},
			err: `secret "pin": HOOPS_SECRET_PIN cannot be used: it has fewer than 4 characters, and masking it would garble everything`},
		{title: "too short but for spaces", name: "pin", vars: map[string]string{"HOOPS_SECRET_PIN": " xq7 "},
			err: `secret "pin": HOOPS_SECRET_PIN cannot be used: it has fewer than 4 characters, and masking it would garble everything`},
	} {
		t.Run(c.title, func(t *testing.T) {
			s := secret.NewStore(environment(c.vars, c.files))
			got, err := s.Resolve(c.name)
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Fatalf("error %v, want %s", err, c.err)
				}
				for _, v := range c.vars {
					if v != "" && v != "f" && strings.Contains(err.Error(), v) {
						t.Errorf("the error %q contains the value", err)
					}
				}
				return
			}
			if err != nil || got != c.want {
				t.Fatalf("%q, %v; want %q", got, err, c.want)
			}
			if m := s.Mask("x " + c.want + " y"); m != "x *** y" {
				t.Errorf("masked %q", m)
			}
		})
	}
}

func TestResolveReadsOnce(t *testing.T) {
	reads := 0
	s := secret.NewStore(secret.Options{
		Lookup: func(name string) (string, bool) {
			if strings.HasSuffix(name, "_FILE") {
				return "path", true
			}
			return "", false
		},
		ReadFile: func(string) ([]byte, error) { reads++; return fmt.Appendf(nil, "value %d", reads), nil },
	})
	for range 3 {
		if v, err := s.Resolve("a"); v != "value 1" || err != nil {
			t.Fatal(v, err)
		}
	}
}

func TestZeroStoreReadsTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOOPS_SECRET_FROM_ENV", "from the process")
	t.Setenv("HOOPS_SECRET_FROM_FILE_FILE", path)
	var s secret.Store
	for name, want := range map[string]string{"from-env": "from the process", "from-file": "from a file"} {
		if v, err := s.Resolve(name); v != want || err != nil {
			t.Errorf("%s: %q, %v", name, v, err)
		}
	}
}

func TestAddRefusesWhatWouldGarble(t *testing.T) {
	s := store(t)
	for _, short := range []string{"", "a", "abc", "äöü", "    ", "\n a b\t"} {
		if err := s.Add(short); !errors.Is(err, secret.ErrTooShort) {
			t.Errorf("%q: %v", short, err)
		}
		if err := s.Scope().Add(short); !errors.Is(err, secret.ErrTooShort) {
			t.Errorf("%q in a scope: %v", short, err)
		}
	}
	if got := s.Mask("a b c abc äöü"); got != "a b c abc äöü" {
		t.Error(got)
	}
}

func TestScope(t *testing.T) {
	s := store(t, "permanent")
	first := s.Scope()
	for range 3 {
		if err := errors.Join(first.Add("first token"), first.Add("permanent")); err != nil {
			t.Fatal(err)
		}
	}
	first.Release()
	first.Release()
	if got := s.Mask("first token, permanent"); got != "***, ***" {
		t.Fatalf("just released: %q", got)
	}
	shared := s.Scope()
	if err := shared.Add("first token"); err != nil {
		t.Fatal(err)
	}
	many := func() {
		for i := range 5000 {
			c := s.Scope()
			if err := c.Add(fmt.Sprint("another token ", i)); err != nil {
				t.Fatal(err)
			}
			c.Release()
		}
	}
	many()
	if got := s.Mask("first token"); got != "***" {
		t.Errorf("still held by another scope: %q", got)
	}
	shared.Release()
	many()
	if got := s.Mask("first token, permanent, another token 1 another token 4999"); got != "first token, ***, another token 1 ***" {
		t.Errorf("long released: %q", got)
	}
}

// releaseMany pushes everything that was released before out of what is still masked.
func releaseMany(t *testing.T, s *secret.Store) {
	t.Helper()
	for i := range 12_000 {
		c := s.Scope()
		if err := c.Add(fmt.Sprintf("%x", 1_000_003*i+1<<24)); err != nil {
			t.Fatal(err)
		}
		c.Release()
	}
}

func TestReleaseLeavesWhatOthersNeed(t *testing.T) {
	s := store(t, "first line of one\nthe line of both")
	c := s.Scope()
	if err := c.Add("first line of two\nthe line of both"); err != nil {
		t.Fatal(err)
	}
	c.Release()
	releaseMany(t, s)
	const text = "first line of one, first line of two, the line of both"
	if got := s.Mask(text); got != "***, first line of two, ***" {
		t.Error(got)
	}
}

func TestConcurrentUse(t *testing.T) {
	s := secret.NewStore(environment(map[string]string{"HOOPS_SECRET_A": "the secret a"}, nil))
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 200 {
				token := fmt.Sprintf("token-%d-%d", w, i)
				c := s.Scope()
				if err := c.Add(token); err != nil {
					t.Error(err)
				}
				if v, err := s.Resolve("a"); v != "the secret a" || err != nil {
					t.Error(v, err)
				}
				if got := s.Mask("<" + token + "> the secret a"); got != "<***> ***" {
					t.Error(got)
				}
				c.Release()
			}
		})
	}
	all.Wait()
}
