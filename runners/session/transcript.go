package session

import "strings"

// Transcriber is a State that can tell in full what it sent and received last: bounded, secrets and the values of
// headers that identify someone masked.
type Transcriber interface {
	Transcript() string
}

// Transcript is what the acting person sent and received last, "" when that is nothing. It is asked for before
// Close, and only when it will be shown: to keep what it is made of costs nothing, to make it does.
func (s *Session) Transcript() string {
	var parts []string
	for _, a := range s.states {
		if t, ok := a.state.(Transcriber); ok && a.actor == s.actor {
			if text := t.Transcript(); text != "" {
				parts = append(parts, text)
			}
		}
	}
	return strings.Join(parts, "\n")
}
