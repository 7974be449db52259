package shop

import "net/http"

// payment is the checkout form and what it is for.
type payment struct {
	Basket  Basket
	Address Address
}

func (s *Shop) checkout(w http.ResponseWriter, r *http.Request, v session) error {
	if len(v.items) == 0 {
		return s.back(w, r, v.id, "/basket", "")
	}
	s.pages.show(w, http.StatusOK, "checkout", s.view(v, "Checkout", payment{Basket: s.price(v.items)}))
	return nil
}

func (s *Shop) payForm(w http.ResponseWriter, r *http.Request, v session) error {
	to := Address{r.PostFormValue("name"), r.PostFormValue("street"), r.PostFormValue("town"), r.PostFormValue("postcode")}
	_, err := s.pay(r.Context(), v.id, to, r.PostFormValue("card"))
	if err == nil {
		http.Redirect(w, r, "/checkout/confirmed", http.StatusSeeOther)
		return nil
	}
	switch t := told(err); t.status {
	case invalid, declined:
		shown := s.view(v, "Checkout", payment{s.price(v.items), to})
		shown.Problem = t.message
		s.pages.show(w, t.status, "checkout", shown)
		return nil
	case conflict:
		return s.back(w, r, v.id, "/basket", t.message)
	case signedOut:
		http.Redirect(w, r, "/sign-in?next=%2Fcheckout", http.StatusSeeOther)
		return nil
	}
	return err
}

// confirmed shows the order that was paid last, which need not be asked of the database again.
func (s *Shop) confirmed(w http.ResponseWriter, r *http.Request, v session) error {
	if v.order == nil {
		http.Redirect(w, r, "/orders", http.StatusSeeOther)
		return nil
	}
	s.pages.show(w, http.StatusOK, "confirmed", s.view(v, "Thank you", *v.order))
	return nil
}

func (s *Shop) orders(w http.ResponseWriter, r *http.Request, v session) error {
	orders, err := s.store.orders(r.Context(), v.user, 0)
	if err != nil {
		return err
	}
	s.pages.show(w, http.StatusOK, "orders", s.view(v, "Your orders", orders))
	return nil
}

func (s *Shop) order(w http.ResponseWriter, r *http.Request, v session) error {
	order, err := s.orderOf(r, v)
	if err != nil {
		return err
	}
	s.pages.show(w, http.StatusOK, "order", s.view(v, "Order "+order.ID, order))
	return nil
}
