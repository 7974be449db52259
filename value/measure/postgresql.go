package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pgDB is one connection, without a pool: a measure asks two queries at most. Times without a zone are read as UTC.
type pgDB struct {
	conn *pgx.Conn
	tx   pgx.Tx
}

func openPostgreSQL(ctx context.Context, dsn string, timeout time.Duration) (database, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil { // it quotes the dsn
		return nil, errors.New("cannot read the dsn: write postgres://user:${secret.password}@host:5432/name")
	}
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["application_name"] = "hoops"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly, IsoLevel: pgx.RepeatableRead})
	if err == nil { // in the transaction, because a pooler refuses it where the connection begins
		_, err = tx.Exec(ctx, "set local statement_timeout = "+strconv.FormatInt(timeout.Milliseconds(), 10))
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return &pgDB{conn, tx}, nil
}

func (d *pgDB) dialect() dialect { return postgresql }

func (d *pgDB) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = d.tx.Rollback(ctx) // nothing was written
	_ = d.conn.Close(ctx)
}

func (d *pgDB) query(ctx context.Context, bound string, w Window, limit int) ([][]string, error) {
	arguments := []any{pgx.QueryResultFormats{pgx.TextFormatCode}, w.From.UTC()}
	// A query without :to has one placeholder, and the server wants as many values.
	described, err := d.tx.Prepare(ctx, "", bound)
	if err != nil {
		return nil, err
	}
	if len(described.Fields) > 8 {
		return nil, errTooMuch
	}
	if len(described.ParamOIDs) > 1 {
		arguments = append(arguments, w.To.UTC())
	}
	rows, err := d.tx.Query(ctx, bound, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list [][]string
	for len(list) < limit && rows.Next() {
		var row []string
		for _, raw := range rows.RawValues() {
			text := string(raw)
			if raw == nil {
				text = "null"
			}
			row = append(row, text)
		}
		list = append(list, row)
	}
	rows.Close()
	return list, rows.Err()
}

// complaint says what a database or its driver said, in words that an owner can pass on.
func complaint(err error, timeout time.Duration) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "57014":
			if strings.Contains(pg.Message, "user request") {
				return "broke the query off: " + pg.Message
			}
			return fmt.Sprintf("did not answer within %s", timeout)
		case "57P01", "57P02": // shut down, or crashed, in the middle of it
			return "broke the query off: " + pg.Message
		case "25006":
			return "refused the query, because it would write, and a measure only reads"
		case "28P01", "28000":
			return "refused the user or the password of the dsn"
		}
		return "answered: " + pg.Message
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("did not answer within %s", timeout)
	}
	if text, ok := sqliteComplaint(err, timeout); ok {
		return text
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		text := refusal(err, timeout)
		if text == "did not answer: "+err.Error() { // the driver's own words name the user and the host
			return "could not be reached"
		}
		return text
	}
	var network *net.OpError // it names addresses of both ends
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.As(err, &network) {
		return "broke the connection off in the middle of the query"
	}
	return err.Error()
}
