package shop

import (
	"encoding/json"
	"log"
	"mime"
	"net/http"
	"strings"
)

// routeAPI is the shop for programs. A client signs in once and sends the token as Authorization: Bearer; the
// cookie that it gets as well does the same, as for the pages.
func (s *Shop) routeAPI(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/login", s.api(s.apiLogin))
	mux.HandleFunc("POST /api/logout", s.api(s.apiLogout))
	mux.HandleFunc("GET /api/products", s.api(s.apiProducts))
	mux.HandleFunc("GET /api/products/{sku}", s.api(s.apiProduct))
	mux.HandleFunc("GET /api/basket", s.api(s.apiBasket))
	mux.HandleFunc("POST /api/basket", s.api(s.apiAdd))
	mux.HandleFunc("DELETE /api/basket/items/{sku}", s.api(s.apiRemove))
	mux.HandleFunc("POST /api/checkout", s.api(s.apiCheckout))
	mux.HandleFunc("GET /api/orders", s.api(s.apiOrders))
	mux.HandleFunc("GET /api/orders/{id}", s.api(s.apiOrder))
	mux.HandleFunc("/api/", s.api(func(http.ResponseWriter, *http.Request) (int, any, error) {
		return 0, nil, refuse(notFound, "There is nothing here.")
	}))
}

type object map[string]any

// api turns what a call returns into JSON.
func (s *Shop) api(call func(http.ResponseWriter, *http.Request) (int, any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status, body, err := call(w, r)
		if err != nil {
			t := told(err)
			if t.status == broken {
				log.Printf("%s %s: %v", r.Method, r.URL.Path, err)
			}
			writeError(w, t)
			return
		}
		writeJSON(w, status, body)
	}
}

func writeError(w http.ResponseWriter, r *refusal) {
	if r.status == signedOut {
		w.Header().Set("WWW-Authenticate", `Bearer realm="shop"`)
	}
	writeJSON(w, r.status, object{"error": r.message})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if status == http.StatusNoContent {
		return
	}
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Printf("an answer was not sent: %v", err)
	}
}

// read decodes a body. Its media type must be JSON: a form of another site can send anything but that, so the
// cookie of a customer is of no use to it.
func read(r *http.Request, into any) error {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return refuse(invalid, "The body must be application/json.")
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return refuse(invalid, "The body is not what was expected: %v.", err)
	}
	if decoder.More() {
		return refuse(invalid, "The body goes on after its end.")
	}
	return nil
}

// customer is the session of a call, which must be signed in.
func (s *Shop) customer(r *http.Request) (session, error) {
	id, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		id = cookieOf(r)
	}
	v, err := s.sessions.visit(id, func(*session) error { return nil })
	if err == nil && v.user == "" {
		err = refuse(signedOut, "Please sign in.")
	}
	return v, err
}

func (s *Shop) apiLogin(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var in struct{ User, Password string }
	if err := read(r, &in); err != nil {
		return 0, nil, err
	}
	v, err := s.signIn(r.Context(), in.User, in.Password, "")
	if err != nil {
		return 0, nil, err
	}
	setCookie(w, v.id)
	return http.StatusOK, object{"token": v.id, "user": v.user}, nil
}

func (s *Shop) apiLogout(w http.ResponseWriter, r *http.Request) (int, any, error) {
	v, err := s.customer(r)
	if err != nil {
		return 0, nil, err
	}
	s.sessions.end(v.id)
	clearCookie(w)
	return http.StatusNoContent, nil, nil
}

func (s *Shop) apiProducts(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	found, err := s.searched(r.Context(), r.FormValue("q"))
	return http.StatusOK, object{"products": found}, err
}

func (s *Shop) apiProduct(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	p, ok := s.products[r.PathValue("sku")]
	if !ok {
		return 0, nil, refuse(notFound, "We do not sell that.")
	}
	return http.StatusOK, object{"product": p}, nil
}

func (s *Shop) apiBasket(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	v, err := s.customer(r)
	if err != nil {
		return 0, nil, err
	}
	basket, err := s.look(v.id)
	return http.StatusOK, object{"basket": basket}, err
}

func (s *Shop) apiAdd(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	v, err := s.customer(r)
	if err != nil {
		return 0, nil, err
	}
	in := struct {
		SKU      string `json:"sku"`
		Quantity int    `json:"quantity"`
	}{Quantity: 1}
	if err := read(r, &in); err != nil {
		return 0, nil, err
	}
	if _, err := s.fill(v.id, in.SKU, in.Quantity, true); err != nil {
		return 0, nil, err
	}
	basket, err := s.look(v.id) // as the page does that a person sees then
	return http.StatusCreated, object{"basket": basket}, err
}

func (s *Shop) apiRemove(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	v, err := s.customer(r)
	if err != nil {
		return 0, nil, err
	}
	basket, err := s.take(v.id, r.PathValue("sku"))
	return http.StatusOK, object{"basket": basket}, err
}

func (s *Shop) apiCheckout(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	v, err := s.customer(r)
	if err != nil {
		return 0, nil, err
	}
	var in struct {
		Card    string  `json:"card"`
		Address Address `json:"address"`
	}
	if err := read(r, &in); err != nil {
		return 0, nil, err
	}
	order, err := s.pay(r.Context(), v.id, in.Address, in.Card)
	return http.StatusCreated, object{"order": order}, err
}

func (s *Shop) apiOrders(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	v, err := s.customer(r)
	if err != nil {
		return 0, nil, err
	}
	orders, err := s.store.orders(r.Context(), v.user, 0)
	return http.StatusOK, object{"orders": orders}, err
}

func (s *Shop) apiOrder(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	v, err := s.customer(r)
	if err != nil {
		return 0, nil, err
	}
	order, err := s.orderOf(r, v)
	return http.StatusOK, object{"order": order}, err
}

// orderOf is the order that a request names. Somebody else's is not found: that it exists is nobody's business.
func (s *Shop) orderOf(r *http.Request, v session) (Order, error) {
	found, err := s.store.orders(r.Context(), v.user, orderNumber(r.PathValue("id")))
	if err != nil {
		return Order{}, err
	}
	if len(found) == 0 {
		return Order{}, refuse(notFound, "You have no such order.")
	}
	return found[0], nil
}
