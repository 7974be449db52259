package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
)

// Evidence stays in the folder of its session, whatever it is called.
func TestEvidenceStaysInItsFolder(t *testing.T) {
	dir := t.TempDir()
	s := &Session{host: &Host{Dir: dir, Secrets: secret.NewStore(secret.Options{}), run: map[string]any{"id": "run"}}, attempt: 1, row: -1}
	s.OnAttach(func(runners.Attachment) {})
	for _, name := range []string{"a.csv", "../../../../a.csv", `..\..\a.csv`, "/etc/a.csv", "CON", "a:b", ".", "/", strings.Repeat("long", 100)} {
		where, err := s.Attach(name, "text/csv", []byte("a,b"))
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(filepath.FromSlash(where)) != filepath.Join(".hoops", "failures", "run", "scenario") || strings.ContainsAny(filepath.Base(where), `/\:`) || len(filepath.Base(where)) > 110 {
			t.Errorf("%q lies in %s", name, where)
		}
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(where))); err != nil {
			t.Error(err)
		}
	}
}
