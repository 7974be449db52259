package load

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
)

// Share gives a part of the arrivals to some of the selected scenarios, which take turns in it: the rows of an
// outline share what the outline has.
type Share struct {
	Selected []int // indices into Plan.Selected
	Weight   int
}

// mixer says whose turn it is. Shares are exact: arrivals come in blocks in which each share has its weight, in
// an order that the seed decides; of a last block that is not full, largest remainders decide who is in it.
type mixer struct {
	mu     sync.Mutex
	shares []Share
	turns  []int // of each share: how often it came
	seed   uint64
	total  int    // weights of a block
	left   uint64 // arrivals to come; 0 for a closed model, which does not know
	block  []int  // shares
	number uint64 // of the block
}

const maxBlock = 1_000_000

// newMixer checks that every selected scenario has its share. arrivals is 0 when nobody knows how many come.
func newMixer(shares []Share, selected int, seed, arrivals uint64) (*mixer, error) {
	covered := make([]bool, selected)
	divisor, total := 0, 0
	for _, s := range shares {
		if s.Weight < 1 || len(s.Selected) == 0 {
			return nil, fmt.Errorf("a share of %d for %d scenarios: both must be at least 1", s.Weight, len(s.Selected))
		}
		for _, i := range s.Selected {
			if i < 0 || i >= selected || covered[i] {
				return nil, fmt.Errorf("scenario %d is not selected, or has two shares", i+1)
			}
			covered[i] = true
		}
		divisor = gcd(s.Weight, divisor)
	}
	if i := slices.Index(covered, false); i >= 0 {
		return nil, fmt.Errorf("scenario %d is selected and has no share", i+1)
	}
	for _, s := range shares {
		if total += s.Weight / divisor; s.Weight/divisor > maxBlock || total > maxBlock {
			return nil, fmt.Errorf("the shares are too fine: together at most %d", maxBlock)
		}
	}
	return mixerOf(shares, seed, arrivals), nil
}

// mixerOf is one of shares that were checked.
func mixerOf(shares []Share, seed, arrivals uint64) *mixer {
	m := &mixer{seed: seed, left: arrivals, turns: make([]int, len(shares))}
	divisor := 0
	for _, s := range shares {
		divisor = gcd(s.Weight, divisor)
	}
	for _, s := range shares {
		s.Weight /= divisor
		m.shares = append(m.shares, s)
		m.total += s.Weight
	}
	return m
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// next is the index of the selected scenario that comes next.
func (m *mixer) next() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.block) == 0 {
		m.fill()
	}
	share := m.block[0]
	m.block = m.block[1:]
	s := m.shares[share]
	turn := m.turns[share] % len(s.Selected)
	m.turns[share]++
	return s.Selected[turn]
}

func (m *mixer) fill() {
	size := m.total
	if m.left > 0 {
		size = int(min(uint64(size), m.left))
		m.left -= uint64(size)
	}
	for share, n := range apportion(m.shares, m.total, size) {
		for range n {
			m.block = append(m.block, share)
		}
	}
	order := rand.New(rand.NewPCG(m.seed, m.number))
	order.Shuffle(len(m.block), func(i, j int) { m.block[i], m.block[j] = m.block[j], m.block[i] })
	m.number++
}

// apportion divides size by weights: the whole parts first, then one each to the largest remainders.
func apportion(shares []Share, total, size int) []int {
	parts := make([]int, len(shares))
	order := make([]int, len(shares))
	given := 0
	for i, s := range shares {
		parts[i] = size * s.Weight / total
		given += parts[i]
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(size*shares[b].Weight%total, size*shares[a].Weight%total)
	})
	for _, i := range order[:size-given] {
		parts[i]++
	}
	return parts
}
