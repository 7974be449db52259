package cmd_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// letterBox is a site with sessions and forms that cannot be forged.
type letterBox struct {
	mu       sync.Mutex
	sessions map[string]*letterSession // by cookie
}

type letterSession struct{ csrf, user string }

func (b *letterBox) open(w http.ResponseWriter, user string) *letterSession {
	s := &letterSession{csrf: hexOf(fmt.Sprint("csrf", len(b.sessions))), user: user}
	id := hexOf(fmt.Sprint("sid", len(b.sessions)))
	b.sessions[id] = s
	http.SetCookie(w, &http.Cookie{Name: "sid", Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	return s
}

func hexOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (b *letterBox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var session *letterSession
	if c, err := r.Cookie("sid"); err == nil {
		session = b.sessions[c.Value]
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /login":
		session = b.open(w, "")
		fmt.Fprintf(w, `<!doctype html><form method=post><input type=hidden name=csrf value=%q><input name=user></form>`, session.csrf)
	case "POST /login":
		switch {
		case r.Header.Get("Content-Type") != "application/x-www-form-urlencoded":
			http.Error(w, "no form", http.StatusUnsupportedMediaType)
		case session == nil || r.FormValue("csrf") != session.csrf:
			http.Error(w, "this form is not ours", http.StatusForbidden)
		case r.FormValue("user") != "Ann" || r.FormValue("password") != "open & <shut>":
			http.Error(w, "wrong name or password", http.StatusUnauthorized)
		default:
			b.open(w, "Ann")
			http.Redirect(w, r, "/account", http.StatusSeeOther)
		}
	case "GET /account":
		if session == nil || session.user == "" {
			http.Redirect(w, r, "/login", http.StatusSeeOther)
			return
		}
		fmt.Fprintf(w, "<!doctype html><h1>Hello, %s!</h1>", session.user)
	default:
		http.Error(w, "there is no "+r.Method+" "+r.URL.Path, http.StatusNotFound)
	}
}

func TestJobLogin(t *testing.T) {
	t.Parallel()
	newJob(t, "login", &letterBox{sessions: map[string]*letterSession{}}).everywhere()
}

// tokens is an authorization server, and reports the service that trusts it.
type tokens struct {
	mu     sync.Mutex
	lasts  time.Duration
	issued map[string]time.Time
}

const oauthClient = "s3cr3t:with%colon"

func (a *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	user, password, ok := r.BasicAuth()
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/oauth/token":
		http.NotFound(w, r)
	case !ok || user != "reports" || password != oauthClient:
		w.Header().Set("WWW-Authenticate", `Basic realm="tokens"`)
		http.Error(w, `{"error": "invalid_client"}`, http.StatusUnauthorized)
	case r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") != "reports:read":
		http.Error(w, `{"error": "invalid_request"}`, http.StatusBadRequest)
	default:
		token := "at-" + hexOf(fmt.Sprint(len(a.issued)))
		a.issued[token] = time.Now().Add(a.lasts)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token": %q, "token_type": "Bearer", "expires_in": 1}`, token)
	}
}

func (a *tokens) report(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if end, known := a.issued[token]; !known || time.Now().After(end) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error": "invalid_token", "token": %q}`, token) // as careless as some servers are
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"orders": 3}`)
}

func TestJobOAuth(t *testing.T) {
	t.Setenv("HOOPS_SECRET_OAUTH_CLIENT", oauthClient)
	// Two hundred milliseconds is the age at which the definition renews the token: it never meets an old one.
	a := &tokens{lasts: 300 * time.Millisecond, issued: map[string]time.Time{}}
	auth := httptest.NewServer(a)
	defer auth.Close()
	j := newJob(t, "oauth", http.HandlerFunc(a.report))
	j.args = []string{"--param", "auth=" + auth.URL}
	j.warn = "steps/secret" // one scenario puts the token into an address, to see it masked there as well
	j.run(0, "test", "-t", "@fresh")
	j.run(0, "probe", "-t", "@fresh")
	before := len(a.issued)
	j.run(0, "load", "-t", "@fresh", "--rate", "20/s", "--duration", "1s")
	if n := len(a.issued) - before; n < 2 || n > 6 { // fewer than five where the machine is late
		t.Errorf("20 journeys in a second fetched %d tokens, expected one every 200ms", n)
	}

	dir := t.TempDir()
	args := []string{"-t", "@stale", "-v"}
	formats := []string{"pretty", "progress", "junit", "ndjson", "json", "html", "markdown", "cucumber", "nagios", "prometheus"}
	for _, f := range formats {
		args = append(args, "-f", f+":"+filepath.Join(dir, f))
	}
	j.run(1, append([]string{"test"}, args...)...)
	for _, f := range formats {
		text, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			t.Fatal(err)
		}
		for token := range a.issued {
			if strings.Contains(string(text), token) || strings.Contains(string(text), oauthClient) {
				t.Errorf("%s shows the token:\n%s", f, text)
			}
		}
		if f == "pretty" {
			j.shows("stale", string(text))
		}
	}
	// And a client that nobody knows.
	t.Setenv("HOOPS_SECRET_OAUTH_CLIENT", "another one")
	j.shows("unknown", j.run(1, "test", "-j", "1", "-t", "@fresh"))
	os.Unsetenv("HOOPS_SECRET_OAUTH_CLIENT")
	j.shows("unset", j.run(1, "test", "-j", "1", "-t", "@fresh"))
}

// chat knows people by a cookie or by a token, and never by both.
func chat() http.Handler {
	var mu sync.Mutex
	type message struct {
		From string `json:"from"`
		Text string `json:"text"`
	}
	said := []message{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /in", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "who", Value: r.FormValue("name")})
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("who"); err == nil || r.Header.Get("Authorization") != "" {
			http.Error(w, "you are somebody already", http.StatusConflict)
			return
		}
		json.NewEncoder(w).Encode(map[string]string{"token": "token-of-" + r.FormValue("name")})
	})
	who := func(w http.ResponseWriter, r *http.Request) string {
		c, err := r.Cookie("who")
		token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer token-of-")
		switch {
		case err == nil && !bearer:
			return c.Value
		case err != nil && bearer:
			return token
		}
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return ""
	}
	mux.HandleFunc("POST /messages", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if name := who(w, r); name != "" {
			text, _ := io.ReadAll(r.Body)
			said = append(said, message{name, string(text)})
			w.WriteHeader(http.StatusCreated)
		}
	})
	mux.HandleFunc("GET /messages", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if who(w, r) != "" {
			json.NewEncoder(w).Encode(said)
		}
	})
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		if name := who(w, r); name != "" {
			json.NewEncoder(w).Encode(map[string]string{"name": name})
		}
	})
	return mux
}

func TestJobPeople(t *testing.T) {
	t.Parallel()
	newJob(t, "people", chat()).everywhere()
}
