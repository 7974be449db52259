package load

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"slices"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
	"github.com/tsenart/vegeta/v12/lib/plot"

	"github.com/cucumber-value/hoops/runners/session"
)

// A results file has requests in the order of their times, as vegeta needs them, while they come in the order of
// their ends. Each shard sorts what it has in memory and lays it aside in a file; at the end those runs are merged.
// So a results file may be of any length.
const (
	mostHits  = 1 << 15 // of a shard in one list, 48 bytes each; there are at most four of them
	mostTexts = 10_000  // different names and causes of a shard; those beyond are called other
)

// hit is one request on its way to the results file.
type hit struct {
	began, took int64 // nanoseconds; since 1970 the first
	sent, got   int64
	name, cause uint32 // in texts
	code        uint16
}

func newHit(s session.Sample, failed bool) hit {
	code := s.Code
	if !failed && (code == 0 || s.Retried && code >= http.StatusBadRequest) {
		code = http.StatusOK // what is no HTTP has no code; vegeta calls 0 a failure, and all from 400
	}
	return hit{
		began: s.Began.UnixNano(), took: int64(s.Duration), sent: max(0, s.Sent), got: max(0, s.Received),
		code: uint16(min(max(0, code), math.MaxUint16)),
	}
}

// hits are those of a shard.
type hits struct {
	list  []hit
	index map[string]uint32
	texts []string

	full  chan []hit // to be laid aside, by a goroutine of its own: no journey waits for a disk
	empty chan []hit
	ended chan struct{}
	file  *os.File // from here on only the goroutine's, until it has ended
	runs  []int64  // where each ends in the file, in hits
	err   error    // of the file; what comes after it is only counted
	lost  int64
}

// text is the number of a name or a cause.
func (h *hits) text(s string) uint32 {
	if i, known := h.index[s]; known {
		return i
	}
	if h.index == nil {
		h.index = map[string]uint32{}
	}
	if len(h.texts) >= mostTexts && s != otherName {
		return h.text(otherName)
	}
	i := uint32(len(h.texts))
	h.texts, h.index[s] = append(h.texts, s), i
	return i
}

func (h *hits) add(one hit, name, cause string) {
	one.name, one.cause = h.text(name), h.text(cause)
	h.list = append(h.list, one)
	if len(h.list) < mostHits {
		return
	}
	if h.full == nil {
		h.full, h.empty, h.ended = make(chan []hit, 2), make(chan []hit, 4), make(chan struct{})
		go h.spill()
	}
	h.full <- h.list // waits when the disk is slower than the load
	select {
	case h.list = <-h.empty:
	default:
		h.list = make([]hit, 0, mostHits)
	}
}

func sorted(list []hit) []hit {
	slices.SortStableFunc(list, func(a, b hit) int { return cmp.Compare(a.began, b.began) })
	return list
}

// spill lays aside what is full, each list as a sorted run.
func (h *hits) spill() {
	defer close(h.ended)
	if h.file, h.err = os.CreateTemp("", "hoops-results-*"); h.err == nil {
		_ = os.Remove(h.file.Name()) // where the system allows it nothing stays behind, whatever happens
	}
	end := int64(0)
	for list := range h.full {
		if h.err == nil {
			w := bufio.NewWriterSize(h.file, 1<<16)
			for _, one := range sorted(list) {
				if _, h.err = w.Write(one.record()); h.err != nil {
					break
				}
			}
			h.err = errors.Join(h.err, w.Flush())
		}
		if h.err != nil {
			h.lost += int64(len(list))
		} else {
			end += int64(len(list))
			h.runs = append(h.runs, end)
		}
		select {
		case h.empty <- list[:0]:
		default:
		}
	}
}

// settle waits until everything is laid aside.
func (h *hits) settle() {
	if h.full != nil {
		close(h.full)
		<-h.ended
	}
}

func (h *hits) close() error {
	if h.file == nil {
		return nil
	}
	err := h.file.Close()
	_ = os.Remove(h.file.Name()) // of a system that removes no open file
	return err
}

// recordSize of a hit in the file, in bytes.
const recordSize = 4*8 + 2*4 + 2

func (h hit) record() []byte {
	var b [recordSize]byte
	for i, v := range []int64{h.began, h.took, h.sent, h.got} {
		binary.NativeEndian.PutUint64(b[8*i:], uint64(v))
	}
	binary.NativeEndian.PutUint32(b[32:], h.name)
	binary.NativeEndian.PutUint32(b[36:], h.cause)
	binary.NativeEndian.PutUint16(b[40:], h.code)
	return b[:]
}

func (h *hit) read(from io.Reader) error {
	var b [recordSize]byte
	if _, err := io.ReadFull(from, b[:]); err != nil {
		return err
	}
	for i, v := range []*int64{&h.began, &h.took, &h.sent, &h.got} {
		*v = int64(binary.NativeEndian.Uint64(b[8*i:]))
	}
	h.name, h.cause, h.code = binary.NativeEndian.Uint32(b[32:]), binary.NativeEndian.Uint32(b[36:]), binary.NativeEndian.Uint16(b[40:])
	return nil
}

// source is one sorted run of hits, in memory or in a file.
type source struct {
	of   *hits
	at   hit
	list []hit
	file io.Reader
}

func (s *source) next() (bool, error) {
	if s.file == nil {
		if len(s.list) == 0 {
			return false, nil
		}
		s.at, s.list = s.list[0], s.list[1:]
		return true, nil
	}
	err := s.at.read(s.file)
	if err == io.EOF {
		return false, nil
	}
	return err == nil, err
}

// sources are all of them, each at its first hit.
func (r *run) sources() (queue, error) {
	var all queue
	for _, s := range r.shards {
		h := s.hits
		list := []*source{{of: h, list: sorted(h.list)}}
		from := int64(0)
		for _, to := range h.runs {
			list = append(list, &source{of: h, file: bufio.NewReaderSize(io.NewSectionReader(h.file, from*recordSize, (to-from)*recordSize), 1<<14)})
			from = to
		}
		for _, one := range list {
			ok, err := one.next()
			if err != nil {
				return nil, err
			}
			if ok {
				all = append(all, one)
			}
		}
	}
	heap.Init(&all)
	return all, nil
}

// queue has the source of the earliest hit first.
type queue []*source

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.began < q[j].at.began }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*source)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// keepsResults reports whether each request is wanted, and not only counted.
func (l *Runner) keepsResults() bool { return l.Results != nil || l.Plot != nil }

// flush writes the requests as vegeta's results and as its plot.
func (r *run) flush() (err error) {
	if !r.keepsResults() {
		return nil
	}
	lost := int64(0)
	defer func() {
		for _, s := range r.shards {
			err = errors.Join(err, s.hits.close())
		}
	}()
	for _, s := range r.shards {
		s.hits.settle()
		lost += s.hits.lost
		err = errors.Join(err, s.hits.err)
	}
	if err != nil {
		err = fmt.Errorf("the results file lacks %s requests: %w", thousands(lost), err)
	}
	var encode vegeta.Encoder
	if r.Results != nil {
		encode = vegeta.NewEncoder(r.Results)
	}
	drawn := plot.New(plot.Title(r.model()), plot.Label(plot.ErrorLabeler), plot.Downsample(mostPoints))
	wrong := r.each(func(one *vegeta.Result) error {
		if r.Plot != nil {
			if err := drawn.Add(one); err != nil {
				return err
			}
		}
		if encode == nil {
			return nil
		}
		return encode(one)
	})
	if r.Plot != nil && wrong == nil {
		drawn.Close()
		_, wrong = drawn.WriteTo(r.Plot)
	}
	return errors.Join(err, wrong)
}

// mostPoints of each line of a plot, as vegeta plot has them.
const mostPoints = 4000

// each visits the requests in the order of their times, numbered from 0 without a gap by name, or vegeta's plots
// stay empty. Journeys are not among them: vegeta would take them for requests.
func (r *run) each(visit func(*vegeta.Result) error) error {
	q, err := r.sources()
	if err != nil {
		return err
	}
	seq := map[string]uint64{}
	for len(q) > 0 {
		one := q[0]
		h, name := one.at, one.of.texts[one.at.name]
		if err := visit(&vegeta.Result{
			Attack: name, Seq: seq[name], Code: h.code, Timestamp: time.Unix(0, h.began).UTC(), Latency: time.Duration(h.took),
			BytesOut: uint64(h.sent), BytesIn: uint64(h.got), Error: one.of.texts[h.cause],
		}); err != nil {
			return err
		}
		seq[name]++
		if ok, err := one.next(); err != nil {
			return err
		} else if ok {
			heap.Fix(&q, 0)
		} else {
			heap.Pop(&q)
		}
	}
	return nil
}
