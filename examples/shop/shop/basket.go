package shop

import "slices"

// mostOfOne is how many of one product a customer may buy at once.
const mostOfOne = 10

const (
	delivery     Amount = 295
	freeDelivery Amount = 3000 // goods for so much are delivered for nothing
)

// Item is so many of one product, as a session keeps it.
type Item struct {
	SKU      string
	Quantity int
}

// Line is an item with what it costs.
type Line struct {
	SKU      string `json:"sku"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Quantity int    `json:"quantity"`
	Price    Amount `json:"price"`
	Total    Amount `json:"total"`
}

// Basket is what a customer would pay now.
type Basket struct {
	Lines    []Line `json:"lines"`
	Count    int    `json:"count"` // of things, not of lines
	Goods    Amount `json:"goods"`
	Delivery Amount `json:"delivery"`
	Total    Amount `json:"total"`
}

// price adds up items by today's prices. What is no longer sold is left out.
func (s *Shop) price(items []Item) Basket {
	b := Basket{Lines: []Line{}}
	for _, i := range items {
		p, ok := s.products[i.SKU]
		if !ok {
			continue
		}
		line := Line{SKU: p.SKU, Name: p.Name, Kind: p.Kind, Quantity: i.Quantity, Price: p.Price, Total: p.Price * Amount(i.Quantity)}
		b.Lines = append(b.Lines, line)
		b.Count += line.Quantity
		b.Goods += line.Total
	}
	if b.Count > 0 && b.Goods < freeDelivery {
		b.Delivery = delivery
	}
	b.Total = b.Goods + b.Delivery
	if s.fault == WrongTotal && len(b.Lines) > 1 {
		b.Total += Amount(len(b.Lines) - 1)
	}
	return b
}

// put changes the quantity of a product in items by n, or to n.
func (s *Shop) put(items []Item, sku string, n int, add bool) ([]Item, error) {
	if _, ok := s.products[sku]; !ok {
		return items, refuse(notFound, "We do not sell that.")
	}
	at := slices.IndexFunc(items, func(i Item) bool { return i.SKU == sku })
	if n < 1 {
		return items, refuse(invalid, "Please choose how many: 1 or more.")
	}
	if add && at >= 0 && n <= mostOfOne {
		n += items[at].Quantity
	}
	if n > mostOfOne {
		return items, refuse(conflict, "You can buy at most %d of one product.", mostOfOne)
	}
	if at < 0 {
		return append(items, Item{sku, n}), nil
	}
	items[at].Quantity = n
	return items, nil
}

// remove takes a product out of items; one that is not in them is no mistake.
func remove(items []Item, sku string) []Item {
	return slices.DeleteFunc(items, func(i Item) bool { return i.SKU == sku })
}
