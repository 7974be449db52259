package hoops_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cucumber-value/hoops/cmd"
)

// The examples of the vocabulary do not only compile: they run, against the server of this file, and pass.
func TestTheExamplesOfTheVocabularyPass(t *testing.T) {
	ran := 0
	for _, p := range projects(t) {
		if p.file != language || !strings.HasPrefix(p.heading, "Phrases ") {
			continue
		}
		ran++
		t.Run(p.heading, func(t *testing.T) {
			server := httptest.NewServer(documented())
			defer server.Close()
			dir := t.TempDir()
			for _, f := range p.files {
				name := filepath.Join(dir, filepath.FromSlash(f.Path))
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var out, errs bytes.Buffer
			args := []string{"test", dir, "--url", server.URL, "--allow", "shell"}
			if code := cmd.Main(args, cmd.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs}); code != 0 {
				t.Errorf("exit %d\n%s%s", code, &out, &errs)
			}
		})
	}
	if ran != 5 {
		t.Errorf("%d examples ran, expected 5", ran)
	}
}

// documented is the software that the examples are about. It refuses what they do not say.
func documented() http.Handler {
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, code int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		json.NewEncoder(w).Encode(v)
	}
	when := func(w http.ResponseWriter, good bool, code int, v any) {
		if !good {
			answer(w, http.StatusBadRequest, "that is not what the example says")
			return
		}
		if v == nil {
			w.WriteHeader(code)
			return
		}
		answer(w, code, v)
	}
	body := func(r *http.Request) string {
		b, _ := io.ReadAll(r.Body) // a broken one is not what the example says
		return string(b)
	}

	people := []string{"ann", "bob"}
	var visitors atomic.Int32
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("name")
		if err != nil { // somebody new
			c = &http.Cookie{Name: "name", Value: people[int(visitors.Add(1)-1)%len(people)]}
			http.SetCookie(w, c)
		}
		answer(w, 200, map[string]any{"name": c.Value, "greeting": "hello " + c.Value, "token": "token-of-" + c.Value})
	})
	var tries atomic.Int32
	mux.HandleFunc("GET /exports/7", func(w http.ResponseWriter, r *http.Request) {
		state := "running"
		if tries.Add(1) > 2 {
			state = "ready"
		}
		answer(w, 200, map[string]any{"state": state})
	})

	mux.HandleFunc("GET /products", func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			io.WriteString(w, shopPage)
			return
		}
		answer(w, 200, map[string]any{"count": 3})
	})
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, loginPage) })
	mux.HandleFunc("POST /enter", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("user") == "ann" && r.PostFormValue("password") == "open" && r.PostFormValue("stay") == "on" && r.PostFormValue("news") == "" {
			http.Redirect(w, r, "/products", http.StatusSeeOther)
			return
		}
		when(w, false, 0, nil)
	})
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		when(w, r.Header.Get("Accept") == "application/json" && r.Header.Get("X-Correlation") != "", 201, map[string]any{"id": 7})
	})
	mux.HandleFunc("PUT /orders/7/note", func(w http.ResponseWriter, r *http.Request) {
		when(w, strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain") && body(r) == "gift wrapped", 204, nil)
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		when(w, r.PostFormValue("user") == "ann" && r.PostFormValue("password") == "open &", 200, map[string]any{})
	})
	mux.HandleFunc("POST /orders/7/receipt", func(w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("file")
		if err != nil {
			when(w, false, 0, nil)
			return
		}
		content, _ := io.ReadAll(file)
		when(w, r.FormValue("title") == "the receipt" && header.Filename == "receipt.txt" && string(content) == "paid\n", 201, nil)
	})
	mux.HandleFunc("GET /orders/7", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"7"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("X-Served", "counter")
		answer(w, 200, map[string]any{
			"id": 7, "state": "paid", "placed": "2026-02-03", "total": 4.2, "items": []any{map[string]any{"name": "Tea", "price": 4.2}},
		})
	})
	mux.HandleFunc("PATCH /orders/7", func(w http.ResponseWriter, r *http.Request) {
		when(w, r.Header.Get("Content-Type") == "application/json" && body(r) == `{"quantity": 3}`, 200, map[string]any{})
	})
	mux.HandleFunc("DELETE /orders/7", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) })
	mux.Handle("GET /old", http.RedirectHandler("/products", http.StatusFound))
	return mux
}

// What the browser sees.
const (
	loginPage = `<!doctype html><title>Sign in</title><form action="/enter" method="post">
		<label>User <input name="user"></label> <label>Password <input type="password" name="password"></label>
		<label><input type="checkbox" name="stay"> Stay signed in</label>
		<label><input type="checkbox" name="news" checked> Newsletter</label> <button>Sign in</button></form>`
	shopPage = `<!doctype html><title>Shop</title><label>Quantity <select><option>One<option>Two</select></label>
		<table><tr><td>Tea</td><td><button>Add</button> <button>Add</button></td></tr></table>
		<label>Card <input type="file"></label> <p id="total">5</p>`
)
