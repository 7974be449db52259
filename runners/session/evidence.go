package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/cucumber-value/hoops/runners"
)

// Unavailable is the error of a driver that cannot work on this machine, from Start or Lower: not the software
// is to blame, and nothing that needs the driver can be run.
type Unavailable struct {
	Message string
	Help    string
}

func (u *Unavailable) Error() string {
	if u.Help == "" {
		return u.Message
	}
	return u.Message + ": " + u.Help
}

// Witness is a State that can show more than an answer says: it adds to a failure, once, when the step of the
// scenario has failed.
type Witness interface {
	Witness(ctx context.Context, failure *Failure)
}

func (s *Session) witness(ctx context.Context, failure *Failure) {
	for _, a := range s.states {
		if w, ok := a.state.(Witness); ok && a.actor == s.actor { // what others look at says nothing about him
			w.Witness(ctx, failure)
		}
	}
}

// mostAttachments of one session.
const mostAttachments = 50

// evidenceFolder is where attachments lie, below the project.
const evidenceFolder = ".hoops/failures"

// OnAttach tells attached about evidence from now on. Without it there is none: a load run keeps no pictures.
func (s *Session) OnAttach(attached func(runners.Attachment)) { s.attach = attached }

// Attaches reports whether somebody wants evidence.
func (s *Session) Attaches() bool { return s.attach != nil && !s.undoing && s.shots < mostAttachments }

// Attach stores evidence in a file of the session's own folder, secrets in text masked, and returns its path
// below the project; "" when nobody wants it.
func (s *Session) Attach(name, media string, data []byte) (string, error) {
	if !s.Attaches() {
		return "", nil
	}
	s.shots++
	isText := strings.HasPrefix(media, "text/")
	if isText {
		data = []byte(s.host.Secrets.Mask(string(data)))
	}
	run, _ := s.host.run["id"].(string)
	scenario := "scenario"
	if s.script != nil {
		scenario = s.script.Scenario.ID
		if s.row >= 0 {
			scenario = s.script.Scenario.Rows[s.row].ID
		}
	}
	name = fmt.Sprintf("%02d-%s", s.shots, fileName(name))
	if s.attempt > 1 {
		name = fmt.Sprintf("attempt-%d-%s", s.attempt, name)
	}
	where := path.Join(evidenceFolder, fileName(run), fileName(scenario), name)
	full := filepath.Join(s.host.Dir, filepath.FromSlash(where))
	// Pages show what only their user may see.
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(full, data, 0o600); err != nil {
		return "", err
	}
	digest := sha256.Sum256(data)
	s.attach(runners.Attachment{Name: where, Media: media, Digest: hex.EncodeToString(digest[:]), Size: int64(len(data))})
	return where, nil
}

// longestName of a folder, in bytes.
const longestName = 100

// fileName is an id as the name of one folder; a long one ends in a digest, so that no two are the same.
func fileName(id string) string {
	name := strings.Map(func(c rune) rune {
		if c == '-' || c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 {
			return c
		}
		return '-'
	}, id)
	name = strings.TrimLeft(name, ".")
	if len(name) > longestName || name == "" {
		digest := sha256.Sum256([]byte(id))
		name = strings.ToValidUTF8(name[:min(len(name), longestName-9)], "") + "-" + hex.EncodeToString(digest[:4])
	}
	return name
}
