package shop

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Fault is one way in which the shop is broken on purpose. The zero Fault is a shop that works.
type Fault string

// The faults. Each is a mistake that real shops have made, and each shows itself to a customer.
const (
	None            Fault = ""
	Slow            Fault = "slow"              // paying takes 600 ms longer
	WrongTotal      Fault = "wrong-total"       // each line above the first adds a penny to the total
	LostOrder       Fault = "lost-order"        // every 3rd order is confirmed and then not written down
	DoubleCharge    Fault = "double-charge"     // each order is paid twice, and so stands in the history twice
	SessionMixup    Fault = "session-mixup"     // every 2nd look at a basket shows somebody else's
	ErrorsUnderLoad Fault = "errors-under-load" // connections run out after some seconds of many requests
	DeclinedAsPaid  Fault = "declined-as-paid"  // what the card's bank says is not listened to
	SearchMisses    Fault = "search-misses"     // the search knows upper from lower case
)

var faults = []Fault{Slow, WrongTotal, LostOrder, DoubleCharge, SessionMixup, ErrorsUnderLoad, DeclinedAsPaid, SearchMisses}

// Faults are all of them.
func Faults() []Fault { return append([]Fault(nil), faults...) }

// ParseFault reads a fault's name; an empty one is None.
func ParseFault(name string) (Fault, error) {
	var names []string
	for _, f := range faults {
		if string(f) == name {
			return f, nil
		}
		names = append(names, string(f))
	}
	if name == "" {
		return None, nil
	}
	return None, fmt.Errorf("there is no fault %q; there are %s", name, strings.Join(names, ", "))
}

const (
	slowness  = 600 * time.Millisecond
	lostEvery = 3
	// A pool this deep outlives a test suite, and a load of some dozen requests a second empties it in seconds.
	poolSize   = 400
	poolRefill = 20 // a second
)

// pool is the connections of errors-under-load: each request takes one, and they come back too slowly.
type pool struct {
	mu   sync.Mutex
	left float64
	at   time.Time
}

// take reports whether there was a connection left.
func (p *pool) take(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.IsZero() {
		p.left = poolSize
	} else {
		p.left = min(poolSize, p.left+now.Sub(p.at).Seconds()*poolRefill)
	}
	p.at = now
	if p.left < 1 {
		return false
	}
	p.left--
	return true
}
