package expr

// GateScope is what the gate of a load stage may read: journeys, requests, and what step(…), request(…) and
// scenario(…) measured of the one that they name. It is made anew at each call.
func GateScope() Scope {
	fields := func() map[string]Kind {
		return map[string]Kind{
			"count": Number, "rate": Number, "errors": Number,
			"mean": Duration, "p50": Duration, "p90": Duration, "p95": Duration, "p99": Duration, "max": Duration,
		}
	}
	s := Scope{
		Values: map[string]Kind{"journeys": Object, "requests": Object, "errors": Number, "achieved": Number},
		Fields: map[string]map[string]Kind{"journeys": fields(), "requests": fields()},
		Funcs:  map[string]Func{},
	}
	for name, kind := range fields() {
		if kind == Duration {
			s.Values[name] = kind // of requests
		}
	}
	for _, name := range []string{"step", "request", "scenario"} {
		s.Funcs[name] = Func{Min: 1, Max: 1, Result: Object, Fields: fields()}
	}
	return s
}
