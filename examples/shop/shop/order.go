package shop

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const confirmed = "confirmed"

// Order is a basket that was paid for.
type Order struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"`
	Placed   time.Time `json:"placed"`
	Address  string    `json:"address"`
	Card     string    `json:"card"` // its last four digits
	Lines    []Line    `json:"lines"`
	Goods    Amount    `json:"goods"`
	Delivery Amount    `json:"delivery"`
	Total    Amount    `json:"total"`
	customer string
}

// Address is where an order goes.
type Address struct {
	Name     string `json:"name"`
	Street   string `json:"street"`
	Town     string `json:"town"`
	Postcode string `json:"postcode"`
}

const longestField = 100 // characters of a field of an address

func (a Address) check() error {
	for _, f := range []struct{ what, value string }{
		{"your name", a.Name}, {"a street", a.Street}, {"a town", a.Town}, {"a postcode", a.Postcode},
	} {
		if strings.TrimSpace(f.value) == "" {
			return refuse(invalid, "Please give %s.", f.what)
		}
		if len([]rune(f.value)) > longestField {
			return refuse(invalid, "Please give %s of at most %d characters.", f.what, longestField)
		}
	}
	return nil
}

func (a Address) String() string {
	return fmt.Sprintf("%s, %s, %s %s", a.Name, a.Street, a.Town, a.Postcode)
}

func orderID(number int64) string { return fmt.Sprintf("K%d", number) }

func orderNumber(id string) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(id, "K"), 10, 64)
	if err != nil || orderID(n) != id {
		return -1 // no order has it
	}
	return n
}

// pay turns the basket of a session into an order. The basket is taken first and given back when the payment
// fails, so that two payments at once cannot pay one basket twice.
func (s *Shop) pay(ctx context.Context, id string, to Address, card string) (order Order, err error) {
	start := s.now()
	var items []Item
	v, err := s.sessions.visit(id, func(v *session) error {
		switch {
		case v.user == "":
			return refuse(signedOut, "Please sign in.")
		case len(v.items) == 0:
			return refuse(conflict, "Your basket is empty.")
		}
		if err := to.check(); err != nil {
			return err
		}
		items, v.items = v.items, nil
		return nil
	})
	if err != nil {
		return Order{}, err
	}
	defer func() {
		if err != nil {
			s.sessions.visit(id, func(v *session) error {
				v.items = append(items, v.items...)
				return nil
			})
		}
	}()
	ending, err := charge(card)
	if r := (*refusal)(nil); errors.As(err, &r) && r.status == declined {
		s.metrics.declined.Inc()
		if s.fault == DeclinedAsPaid {
			err = nil
		}
	}
	if err != nil {
		return Order{}, err
	}
	basket := s.price(items)
	number := s.number.Add(1)
	order = Order{
		ID: orderID(number), Status: confirmed, Placed: s.now().UTC(), Address: to.String(), Card: ending, customer: v.user,
		Lines: basket.Lines, Goods: basket.Goods, Delivery: basket.Delivery, Total: basket.Total,
	}
	s.metrics.orders.Inc()
	if err = s.keep(ctx, number, order); err != nil {
		s.metrics.failedOrders.Inc()
		return Order{}, err
	}
	s.metrics.checkoutSeconds.Observe(s.now().Sub(start).Seconds())
	s.sessions.visit(id, func(v *session) error {
		v.order = &order
		return nil
	})
	return order, nil
}

// keep writes an order down, as well as the fault lets it.
func (s *Shop) keep(ctx context.Context, number int64, order Order) error {
	payments := 1
	switch s.fault {
	case Slow:
		select {
		case <-time.After(slowness):
		case <-ctx.Done():
			return ctx.Err()
		}
	case DoubleCharge:
		payments = 2
	case LostOrder:
		if s.taken.Add(1)%lostEvery == 0 {
			s.metrics.failedOrders.Inc() // the customer is not told, the owner can know
			return nil
		}
	}
	return s.store.keep(ctx, number, order, payments)
}
