package shop

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// store is the database: products, customers, orders and what was paid for them.
type store struct {
	db     *sql.DB
	folder string     // of a temporary database, removed by close
	write  sync.Mutex // SQLite has one writer; waiting here is cheaper than its busy loop

	customer, search, order, history *sql.Stmt
}

const tables = `
create table if not exists products (sku text primary key, name text not null, kind text not null, description text not null, pence integer not null);
create table if not exists customers (name text primary key, salt blob not null, hash blob not null);
create table if not exists orders (number integer primary key, customer text not null, placed integer not null, address text not null,
	lines text not null, goods integer not null, delivery integer not null, total integer not null);
create table if not exists payments (id integer primary key, order_number integer not null, pence integer not null, card text not null);
create index if not exists orders_by_customer on orders (customer, number);
create index if not exists payments_by_order on payments (order_number);`

// The history lists what was paid, so an order that was paid twice is there twice.
const orderColumns = `select o.number, o.placed, o.address, o.lines, o.goods, o.delivery, o.total, p.card
	from orders o join payments p on p.order_number = o.number where o.customer = ?`

// openStore opens a database file, or a temporary one without a file.
func openStore(file string) (_ *store, err error) {
	s := &store{}
	if file == "" {
		if s.folder, err = os.MkdirTemp("", "shop-"); err != nil {
			return nil, err
		}
		file = filepath.Join(s.folder, "shop.db")
	}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	path := (&url.URL{Path: file}).EscapedPath()
	s.db, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	s.db.SetMaxOpenConns(4)
	s.db.SetMaxIdleConns(4)
	if _, err = s.db.Exec(tables); err != nil {
		return nil, fmt.Errorf("the database %s: %w", file, err)
	}
	for _, p := range []struct {
		into *(*sql.Stmt)
		text string
	}{
		{&s.customer, `select salt, hash from customers where name = ?`},
		{&s.search, `select sku from products where instr(lower(name || ' ' || kind || ' ' || description), lower(?)) > 0 order by rowid`},
		{&s.history, orderColumns + ` order by o.number desc, p.id limit 50`},
		{&s.order, orderColumns + ` and o.number = ?`},
	} {
		if *p.into, err = s.db.Prepare(p.text); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *store) close() error {
	var errs []error
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.folder != "" {
		errs = append(errs, os.RemoveAll(s.folder))
	}
	return errors.Join(errs...)
}

// matchCase replaces the search by one that knows upper from lower case.
func (s *store) matchCase() (err error) {
	s.search, err = s.db.Prepare(`select sku from products where instr(name || ' ' || kind || ' ' || description, ?) > 0 order by rowid`)
	return err
}

// inTransaction runs do as one write.
func (s *store) inTransaction(ctx context.Context, do func(*sql.Tx) error) error {
	s.write.Lock()
	defer s.write.Unlock()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// seed fills what is not there yet: a database of a former run keeps its customers and orders.
func (s *store) seed(products []Product, customers []string) error {
	return s.inTransaction(context.Background(), func(tx *sql.Tx) error {
		for _, p := range products {
			if _, err := tx.Exec(`insert or ignore into products values (?, ?, ?, ?, ?)`, p.SKU, p.Name, p.Kind, p.Description, p.Price); err != nil {
				return err
			}
		}
		insert, err := tx.Prepare(`insert or ignore into customers values (?, ?, ?)`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for _, name := range customers {
			salt := []byte(rand.Text())
			if _, err := insert.Exec(name, salt, hash(salt, password(name))); err != nil {
				return err
			}
		}
		return nil
	})
}

// password of a demonstration customer.
func password(name string) string { return name + "-likes-tea" }

// hash is fast, because a load test of this shop is to measure the shop. Where passwords are worth stealing it
// must be slow: argon2id or scrypt.
func hash(salt []byte, password string) []byte {
	sum := sha256.Sum256(append(append([]byte(nil), salt...), password...))
	return sum[:]
}

// authentic reports whether the password is the customer's. An unknown customer takes as long as a wrong password.
func (s *store) authentic(ctx context.Context, name, password string) (bool, error) {
	salt, want := make([]byte, 16), make([]byte, sha256.Size)
	err := s.customer.QueryRowContext(ctx, name).Scan(&salt, &want)
	unknown := errors.Is(err, sql.ErrNoRows)
	if err != nil && !unknown {
		return false, err
	}
	same := subtle.ConstantTimeCompare(hash(salt, password), want) == 1
	return same && !unknown, nil
}

func (s *store) products(ctx context.Context) ([]Product, error) {
	rows, err := s.db.QueryContext(ctx, `select sku, name, kind, description, pence from products order by rowid`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Product
	for rows.Next() {
		var p Product
		if err := rows.Scan(&p.SKU, &p.Name, &p.Kind, &p.Description, &p.Price); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

// find are the products that text occurs in.
func (s *store) find(ctx context.Context, text string) ([]string, error) {
	rows, err := s.search.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var sku string
		if err := rows.Scan(&sku); err != nil {
			return nil, err
		}
		found = append(found, sku)
	}
	return found, rows.Err()
}

// lastNumber of any order.
func (s *store) lastNumber(ctx context.Context) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, `select coalesce(max(number), 100000) from orders`).Scan(&n)
	return n, err
}

// keep writes an order down, with its payments.
func (s *store) keep(ctx context.Context, number int64, o Order, payments int) error {
	lines, err := json.Marshal(o.Lines)
	if err != nil {
		return err
	}
	return s.inTransaction(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into orders values (?, ?, ?, ?, ?, ?, ?, ?)`,
			number, o.customer, o.Placed.Unix(), o.Address, string(lines), o.Goods, o.Delivery, o.Total)
		for range payments {
			if err == nil {
				_, err = tx.ExecContext(ctx, `insert into payments (order_number, pence, card) values (?, ?, ?)`, number, o.Total, o.Card)
			}
		}
		return err
	})
}

// orders of a customer: the one with this number, or the last 50 for 0.
func (s *store) orders(ctx context.Context, customer string, number int64) ([]Order, error) {
	query, args := s.history, []any{customer}
	if number != 0 {
		query, args = s.order, append(args, number)
	}
	rows, err := query.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []Order{}
	for rows.Next() {
		var number, placed int64
		var lines string
		o := Order{Status: confirmed, customer: customer}
		if err := rows.Scan(&number, &placed, &o.Address, &lines, &o.Goods, &o.Delivery, &o.Total, &o.Card); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(lines), &o.Lines); err != nil {
			return nil, err
		}
		o.ID, o.Placed = orderID(number), time.Unix(placed, 0).UTC()
		all = append(all, o)
	}
	return all, rows.Err()
}
