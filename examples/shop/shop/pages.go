package shop

import (
	"bytes"
	"crypto/subtle"
	"embed"
	"html/template"
	"log"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

//go:embed templates/*.html style.css
var files embed.FS

const stylePath = "/style.css"

// pages are the templates, each with the layout around it.
type pages struct{ byName map[string]*template.Template }

var pageNames = []string{"home", "product", "sign-in", "basket", "checkout", "confirmed", "orders", "order", "failure"}

func newPages() (*pages, error) {
	p := &pages{byName: map[string]*template.Template{}}
	functions := template.FuncMap{
		"day": func(t time.Time) string { return t.Format("2 January 2006, 15:04 UTC") },
		"kindName": func(kind string) string {
			return map[string]string{"tea": "Tea", "coffee": "Coffee", "ware": "Cups and pots"}[kind]
		},
		"upTo": func(n int) []int {
			list := make([]int, n)
			for i := range list {
				list[i] = i + 1
			}
			return list
		},
		// onPage is a part of a page with a content of its own.
		"onPage": func(v view, content any) view { v.Content = content; return v },
	}
	layout, err := template.New("layout.html").Funcs(functions).ParseFS(files, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	for _, name := range pageNames {
		page, err := layout.Clone()
		if err == nil {
			page, err = page.ParseFS(files, "templates/"+name+".html")
		}
		if err != nil {
			return nil, err
		}
		p.byName[name] = page
	}
	return p, nil
}

// view is what every page shows, and the content of this one.
type view struct {
	Title   string
	User    string
	Count   int // of things in the basket
	Flash   string
	Problem string // what was wrong with the form
	CSRF    string
	Query   string
	Most    int // of one product
	Content any
}

func (p *pages) show(w http.ResponseWriter, status int, name string, v view) {
	v.Most = mostOfOne
	var page bytes.Buffer // so that a page that cannot be made is an error and not half a page
	if err := p.byName[name].Execute(&page, v); err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := page.WriteTo(w); err != nil {
		log.Printf("a page was not sent: %v", err)
	}
}

func (p *pages) failure(w http.ResponseWriter, r *refusal) {
	title := "Something went wrong"
	if r.status == notFound {
		title = "Page not found"
	}
	p.show(w, r.status, "failure", view{Title: title, Content: r})
}

func (s *Shop) routePages(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.page(s.home))
	mux.HandleFunc("GET /products/{sku}", s.page(s.product))
	mux.HandleFunc("GET /sign-in", s.page(s.signInPage))
	mux.HandleFunc("POST /sign-in", s.form(s.signInForm))
	mux.HandleFunc("POST /sign-out", s.form(s.signOut))
	mux.HandleFunc("GET /basket", s.page(s.basket))
	mux.HandleFunc("POST /basket/items", s.form(s.addItem))
	mux.HandleFunc("POST /basket/items/{sku}", s.form(s.changeItem))
	mux.HandleFunc("POST /basket/items/{sku}/remove", s.form(s.removeItem))
	mux.HandleFunc("GET /checkout", s.members(s.checkout))
	mux.HandleFunc("POST /checkout", s.form(s.payForm))
	mux.HandleFunc("GET /checkout/confirmed", s.members(s.confirmed))
	mux.HandleFunc("GET /orders", s.members(s.orders))
	mux.HandleFunc("GET /orders/{id}", s.members(s.order))
	mux.HandleFunc("GET "+stylePath, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "style.css") })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, notFound) })
}

// pageFunc answers with a page for a visit. An error that it returns becomes an error page.
type pageFunc func(w http.ResponseWriter, r *http.Request, v session) error

// page finds the visit that a request belongs to, or begins one, and shows its message once.
func (s *Shop) page(do pageFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var flash string
		v, err := s.sessions.visit(cookieOf(r), func(v *session) error {
			if r.Method == http.MethodGet {
				flash, v.flash = v.flash, ""
			}
			return nil
		})
		if err != nil {
			v = s.sessions.open("", "")
			setCookie(w, v.id)
		}
		v.flash = flash
		if err := do(w, r, v); err != nil {
			t := told(err)
			if t.status == broken {
				log.Printf("%s %s: %v", r.Method, r.URL.Path, err)
			}
			s.pages.failure(w, t)
		}
	}
}

// members is a page for those who are signed in; others are asked to sign in and brought back.
func (s *Shop) members(do pageFunc) http.HandlerFunc {
	return s.page(func(w http.ResponseWriter, r *http.Request, v session) error {
		if v.user == "" {
			http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
			return nil
		}
		return do(w, r, v)
	})
}

// form is a request that changes something: it must come from one of our own pages.
func (s *Shop) form(do pageFunc) http.HandlerFunc {
	return s.page(func(w http.ResponseWriter, r *http.Request, v session) error {
		if subtle.ConstantTimeCompare([]byte(r.PostFormValue("csrf")), []byte(v.csrf)) != 1 {
			return refuse(forbidden, "This form is too old. Please go back, reload the page and try again.")
		}
		return do(w, r, v)
	})
}

const cookieName = "shop_session"

func cookieOf(r *http.Request) string {
	if c, err := r.Cookie(cookieName); err == nil {
		return c.Value
	}
	return ""
}

func setCookie(w http.ResponseWriter, id string) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func clearCookie(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (s *Shop) view(v session, title string, content any) view {
	return view{Title: title, User: v.user, Count: s.price(v.items).Count, Flash: v.flash, CSRF: v.csrf, Content: content}
}

// back sends the browser to a page of ours, with a message for it.
func (s *Shop) back(w http.ResponseWriter, r *http.Request, id, to, flash string) error {
	s.sessions.visit(id, func(v *session) error {
		v.flash = flash
		return nil
	})
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (s *Shop) home(w http.ResponseWriter, r *http.Request, v session) error {
	query := strings.TrimSpace(r.FormValue("q"))
	found, err := s.searched(r.Context(), query)
	if err != nil {
		return err
	}
	title := "Tea, coffee and cups"
	if query != "" {
		title = "Search"
	}
	shown := s.view(v, title, found)
	shown.Query = query
	s.pages.show(w, http.StatusOK, "home", shown)
	return nil
}

func (s *Shop) product(w http.ResponseWriter, r *http.Request, v session) error {
	p, ok := s.products[r.PathValue("sku")]
	if !ok {
		return refuse(notFound, "We do not sell that.")
	}
	s.pages.show(w, http.StatusOK, "product", s.view(v, p.Name, p))
	return nil
}

// signing is the sign-in form.
type signing struct{ User, Next string }

func (s *Shop) signInPage(w http.ResponseWriter, r *http.Request, v session) error {
	if v.user != "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	s.pages.show(w, http.StatusOK, "sign-in", s.view(v, "Sign in", signing{Next: ourPage(r.FormValue("next"))}))
	return nil
}

func (s *Shop) signInForm(w http.ResponseWriter, r *http.Request, v session) error {
	in := signing{strings.TrimSpace(r.PostFormValue("user")), ourPage(r.PostFormValue("next"))}
	next, err := s.signIn(r.Context(), in.User, r.PostFormValue("password"), v.id)
	if err != nil {
		if told(err).status == broken {
			return err
		}
		shown := s.view(v, "Sign in", in)
		shown.Problem = err.Error()
		s.pages.show(w, told(err).status, "sign-in", shown)
		return nil
	}
	setCookie(w, next.id)
	return s.back(w, r, next.id, in.Next, "Welcome, "+in.User+".")
}

// ourPage is where to go after signing in: a path of this shop and nothing else.
func ourPage(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.ContainsAny(next, "\\\r\n") || strings.HasPrefix(next, "//") {
		return "/"
	}
	return u.EscapedPath()
}

func (s *Shop) signOut(w http.ResponseWriter, r *http.Request, v session) error {
	s.sessions.end(v.id)
	next := s.sessions.open("", "")
	setCookie(w, next.id)
	return s.back(w, r, next.id, "/", "You are signed out.")
}

func (s *Shop) basket(w http.ResponseWriter, _ *http.Request, v session) error {
	basket, err := s.look(v.id)
	if err != nil {
		return err
	}
	s.pages.show(w, http.StatusOK, "basket", s.view(v, "Your basket", basket))
	return nil
}

func (s *Shop) addItem(w http.ResponseWriter, r *http.Request, v session) error {
	sku := r.PostFormValue("sku")
	if _, err := s.fill(v.id, sku, quantity(r), true); err != nil {
		return s.refused(w, r, v, err)
	}
	return s.back(w, r, v.id, "/basket", s.products[sku].Name+" is in your basket.")
}

func (s *Shop) changeItem(w http.ResponseWriter, r *http.Request, v session) error {
	sku := r.PathValue("sku")
	if _, err := s.fill(v.id, sku, quantity(r), false); err != nil {
		return s.refused(w, r, v, err)
	}
	return s.back(w, r, v.id, "/basket", "Your basket is updated.")
}

func (s *Shop) removeItem(w http.ResponseWriter, r *http.Request, v session) error {
	sku := r.PathValue("sku")
	if _, err := s.take(v.id, sku); err != nil {
		return err
	}
	return s.back(w, r, v.id, "/basket", s.products[sku].Name+" is removed.")
}

// quantity of a form; what is no number is 0, which is refused as too few.
func quantity(r *http.Request) int {
	n, err := strconv.Atoi(r.PostFormValue("quantity"))
	if err != nil {
		return 0
	}
	return n
}

// refused shows the basket again and says why it was not changed.
func (s *Shop) refused(w http.ResponseWriter, r *http.Request, v session, err error) error {
	if t := told(err); t.status != conflict && t.status != invalid {
		return err
	}
	return s.back(w, r, v.id, "/basket", err.Error())
}
