package cmd_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// reply writes a value as JSON.
func reply(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}

// strictly decodes a JSON request: its type must be said, and nothing may be in it that nobody knows.
func strictly(w http.ResponseWriter, r *http.Request, into any) bool {
	if r.Header.Get("Content-Type") != "application/json" {
		http.Error(w, "Content-Type must be application/json", http.StatusUnsupportedMediaType)
		return false
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	d.UseNumber()
	err := d.Decode(into)
	if err == nil && d.More() {
		err = errors.New("something stands behind the JSON")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
	return err == nil
}

// pages lists seven products on three pages, which are linked as the first request asks.
func pages(w http.ResponseWriter, r *http.Request) {
	products := []string{"Tea", "Mug", "Pot", "Cup", "Jug", "Jar", "Tin"}
	q := r.URL.Query()
	page, _ := strconv.Atoi(q.Get("page"))
	next, more := "page="+strconv.Itoa(page+1)+"&next="+q.Get("next"), page < 2
	if r.URL.Path != "/products" || r.Method != http.MethodGet || page > 2 {
		http.NotFound(w, r)
		return
	}
	body := map[string]any{"items": products[3*page : min(3*page+3, len(products))]}
	if more {
		switch q.Get("next") {
		case "absolute":
			body["next"] = "http://" + r.Host + "/products?" + next
		case "relative":
			body["next"] = "/products?" + next
		case "elsewhere":
			body["next"] = "http://elsewhere.example/products?" + next
		case "":
			w.Header().Set("Link", `<http://`+r.Host+`/products?`+next+`>; rel="next"`)
		}
	}
	reply(w, http.StatusOK, body)
}

func TestJobPages(t *testing.T) {
	t.Parallel()
	j := newJob(t, "pages", http.HandlerFunc(pages))
	j.everywhere("-t", "not @wrong")
	j.shows("wrong", j.run(1, "test", "-j", "1", "-t", "@wrong"))
}

// exports are made while their customer waits, and asks no sooner than it is told.
type exports struct {
	mu    sync.Mutex
	asked map[string]int
	next  map[string]time.Time
	soon  int // asked before Retry-After was over
}

func (e *exports) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/exports":
		var body struct{ Year json.Number }
		if !strictly(w, r, &body) {
			return
		}
		w.Header().Set("Location", fmt.Sprintf("/exports/%s-%d", body.Year, len(e.asked)))
		e.asked[w.Header().Get("Location")] = 0
		reply(w, http.StatusAccepted, map[string]any{"state": "queued"})
	case strings.HasPrefix(r.URL.Path, "/exports/1970"):
		reply(w, http.StatusOK, map[string]any{"state": "running"})
	case r.URL.Path == "/files/2026.csv":
		w.Header().Set("Content-Type", "text/csv")
		fmt.Fprint(w, "day,total\n1,4.20\n2,9\n")
	default:
		n, known := e.asked[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		if now.Before(e.next[r.URL.Path]) {
			e.soon++
		}
		e.asked[r.URL.Path]++
		if n < 1 {
			e.next[r.URL.Path] = now.Add(time.Second)
			w.Header().Set("Retry-After", "1")
			reply(w, http.StatusServiceUnavailable, map[string]any{"state": "running"})
			return
		}
		reply(w, http.StatusOK, map[string]any{"state": "done", "file": "/files/2026.csv"})
	}
}

func TestJobExport(t *testing.T) {
	t.Parallel()
	e := &exports{asked: map[string]int{}, next: map[string]time.Time{}}
	j := newJob(t, "export", e)
	j.run(0, "test", "-t", "not @never")
	j.run(0, "probe", "-t", "not @never")
	j.run(0, "load", "-t", "not @never", "--rate", "5/s", "--duration", "1s", "--expect", "journeys.errors == 0")
	if len(e.asked) != 7 || e.soon > 0 {
		t.Errorf("%d exports, expected 7; asked %d times too soon", len(e.asked), e.soon)
	}
	for name, n := range e.asked {
		if n != 2 {
			t.Errorf("%s was asked for %d times, expected 2", name, n)
		}
	}
	j.shows("never", j.run(1, "test", "-j", "1", "-t", "@never"))
}

// album takes photos, and compares them with the one that it knows.
func album(photo, note []byte) http.Handler {
	mux := http.NewServeMux()
	took := func(w http.ResponseWriter, data []byte) {
		sum := sha256.Sum256(data)
		reply(w, http.StatusCreated, map[string]any{"bytes": len(data), "sha256": hex.EncodeToString(sum[:])})
	}
	mux.HandleFunc("POST /photos", func(w http.ResponseWriter, r *http.Request) {
		parts, err := r.MultipartReader()
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnsupportedMediaType)
			return
		}
		var data []byte
		for _, want := range []struct {
			name, file, media string
			content           []byte
		}{{"title", "", "", []byte("Müsli & co")}, {"photo", "cat.png", "image/png", photo}, {"note", "note.txt", "text/plain; charset=utf-8", note}} {
			part, err := parts.NextPart()
			if err != nil {
				http.Error(w, "a part is missing: "+err.Error(), http.StatusBadRequest)
				return
			}
			got, _ := io.ReadAll(part)
			if part.FormName() != want.name || part.FileName() != want.file || part.Header.Get("Content-Type") != want.media || !bytes.Equal(got, want.content) {
				http.Error(w, fmt.Sprintf("part %q is %v with %d bytes", want.name, part.Header, len(got)), http.StatusBadRequest)
				return
			}
			if want.name == "photo" {
				data = got
			}
		}
		if _, err := parts.NextPart(); err != io.EOF {
			http.Error(w, "too many parts", http.StatusBadRequest)
			return
		}
		took(w, data)
	})
	mux.HandleFunc("PUT /photos/cat", func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		if r.Header.Get("Content-Type") != "image/png" || r.ContentLength != int64(len(photo)) || !bytes.Equal(data, photo) {
			http.Error(w, fmt.Sprintf("not the photo: %v, %d bytes", r.Header, len(data)), http.StatusBadRequest)
			return
		}
		took(w, data)
	})
	return mux
}

func TestJobUpload(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata/jobs/upload/data", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	j := newJob(t, "upload", album(read("cat.png"), read("note.txt")))
	j.everywhere()
	artefact := filepath.Join(t.TempDir(), "upload.hoops")
	if code, _, stderr := hoops("build", "testdata/jobs/upload", "-o", artefact); code != 0 {
		t.Fatal(stderr)
	}
	if code, stdout, stderr := hoops("test", artefact, "--url", j.url); code != 0 {
		t.Errorf("the artefact sends other files: exit code %d\n%s%s", code, stdout, stderr)
	}
}

// graph answers one query, and wants it as the specification of GraphQL over HTTP says.
func graph(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Query, OperationName string
		Variables            struct{ ID string }
	}
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/graphql":
		http.NotFound(w, r)
	case !strictly(w, r, &body):
	case !strings.HasPrefix(body.Query, "query Order($id: ID!) {") || strings.Count(body.Query, "{") != strings.Count(body.Query, "}") || body.OperationName != "Order":
		reply(w, http.StatusBadRequest, map[string]any{"errors": []any{map[string]any{"message": "syntax error"}}})
	case body.Variables.ID == "404":
		reply(w, http.StatusOK, map[string]any{"data": map[string]any{"order": nil}, "errors": []any{map[string]any{"message": "there is no order 404", "path": []any{"order"}}}})
	default:
		order := map[string]any{"id": body.Variables.ID, "customer": map[string]any{"name": "Ann", "age": 41}, "lines": []any{
			map[string]any{"product": "Tea", "price": 4.2}, map[string]any{"product": "Mug", "price": 9},
		}}
		if body.Variables.ID == "7" {
			order["customer"] = map[string]any{"name": "Bob"}
			order["lines"] = []any{map[string]any{"product": "Tea", "price": 4.5}}
		}
		reply(w, http.StatusOK, map[string]any{"data": map[string]any{"order": order}})
	}
}

func TestJobGraphQL(t *testing.T) {
	t.Parallel()
	j := newJob(t, "graphql", http.HandlerFunc(graph))
	j.everywhere("-t", "not @wrong and not @other")
	j.shows("wrong", j.run(1, "test", "-j", "1", "-t", "@wrong"))
	j.shows("other", j.run(1, "test", "-j", "1", "-t", "@other"))
}

func TestJobSchema(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /products/tea", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"id": 9007199254740993, "name": "Tea", "price": {"amount": 4.20, "currency": "GBP"}, "tags": ["hot", "cold"]}`)
	})
	mux.HandleFunc("GET /products/mug", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"id": "7", "name": "", "price": {"amount": -1, "currency": "pounds"}, "tags": ["hot", "tepid"], "colour": "red"}`)
	})
	j := newJob(t, "schema", mux)
	j.everywhere("-t", "not @wrong")
	j.shows("wrong", j.run(1, "test", "-j", "1", "-t", "@wrong"))
}

// exact takes nothing that was changed on the way.
type exact struct {
	mu    sync.Mutex
	heard []string
}

const largeID = "90071992547409931234"

func (e *exact) hello(w http.ResponseWriter, r *http.Request) {
	var name string
	if r.Header.Get("Content-Type") == "application/json" {
		var body struct{ Name string }
		if !strictly(w, r, &body) {
			return
		}
		name = body.Name
	} else {
		name = r.FormValue("name")
	}
	if segment := r.PathValue("name"); segment != "" && segment != name {
		http.Error(w, fmt.Sprintf("%q in the path, %q behind it", segment, name), http.StatusBadRequest)
		return
	}
	e.mu.Lock()
	e.heard = append(e.heard, name)
	e.mu.Unlock()
	reply(w, http.StatusOK, map[string]string{"name": name})
}

func (e *exact) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"id": `+largeID+`}`)
	})
	mux.HandleFunc("GET /notes/"+largeID, func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("PUT /notes/"+largeID, func(w http.ResponseWriter, r *http.Request) {
		if text, _ := io.ReadAll(r.Body); string(text) != `{"id": `+largeID+`, "ids": [`+largeID+`], "text": "`+largeID+`"}` {
			http.Error(w, string(text), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /hello/{name}", e.hello)
	mux.HandleFunc("POST /hello", e.hello)
	mux.HandleFunc("GET /archive", func(w http.ResponseWriter, _ *http.Request) {
		w.Write(append(bytes.Repeat([]byte("a"), 3<<20-1), 'z'))
	})
	mux.HandleFunc("GET /compressed", func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			http.Error(w, "only compressed", http.StatusNotAcceptable)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, strings.Repeat("hello ", 1000))
		z.Close()
	})
	return mux
}

func TestJobExact(t *testing.T) {
	t.Parallel()
	e := &exact{}
	j := newJob(t, "exact", e.handler())
	j.everywhere()
	names := slices.Compact(slices.Sorted(slices.Values(e.heard)))
	want := []string{`"quoted" \ +`, "a/b?c=d&e#f%g", "ليلى", "👩‍🚀 Zoë"}
	if !slices.Equal(names, want) {
		t.Errorf("it heard %q, expected %q", names, want)
	}

	// The same with the line ends of Windows, and with a byte order mark.
	files := map[string]string{}
	for _, name := range []string{"hoops.yaml", "features/exact.feature", "steps/http.steps.feature"} {
		text, err := os.ReadFile(filepath.Join("testdata/jobs/exact", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = "\ufeff" + strings.ReplaceAll(string(text), "\n", "\r\n")
	}
	if code, stdout, stderr := hoops("test", project(t, files), "--url", j.url); code != 0 {
		t.Errorf("with CRLF: exit code %d\n%s%s", code, stdout, stderr)
	}
}
