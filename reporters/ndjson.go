package reporters

import (
	"encoding/json"

	"github.com/cucumber-value/hoops/runners"
)

// ndjson writes one event a line, the wire form that Read takes. Each event is one write of its own, so that
// a crash loses nothing that was recorded.
type ndjson struct{ enc *json.Encoder }

func newNDJSON(o Options) runners.Sink {
	enc := json.NewEncoder(o.Out)
	enc.SetEscapeHTML(false)
	return ndjson{enc}
}

func (n ndjson) Emit(e runners.Event) error { return n.enc.Encode(e) }

func (n ndjson) Close() error { return nil }
