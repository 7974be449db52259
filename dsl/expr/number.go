package expr

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// maxDigits bounds exact integers: beyond it a product of JSON numbers would be unbounded work.
const maxDigits = 1000

// num is a number on its way through an operator: an int64, an integer beyond it, or a float.
type num struct {
	i     int64
	f     float64
	big   *big.Int
	float bool
}

// number takes a value apart; false when it is none. Integers of JSON stay exact, everything else written
// with a point or an exponent is the nearest float.
func asNumber(v any) (num, bool) {
	switch v := v.(type) {
	case int64:
		return num{i: v}, true
	case int:
		return num{i: int64(v)}, true
	case float64:
		return num{f: v, float: true}, true
	case json.Number:
		return parseNumber(string(v))
	}
	return num{}, false
}

func parseNumber(s string) (num, bool) {
	if len(s) <= maxDigits && !strings.ContainsAny(s, ".eEnNiIxX_") {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return num{i: i}, true
		}
		b, ok := new(big.Int).SetString(s, 10)
		return num{big: b}, ok
	}
	// Out of range gives infinity, which is no data.
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return num{}, false
	}
	return num{f: f, float: true}, true
}

func (n num) toFloat() float64 {
	switch {
	case n.float:
		return n.f
	case n.big != nil:
		f, _ := new(big.Float).SetInt(n.big).Float64()
		return f
	}
	return float64(n.i)
}

func (n num) toBig() *big.Int {
	if n.big != nil {
		return n.big
	}
	return big.NewInt(n.i)
}

// value is the number as evaluation passes it on; an integer beyond 64 bits is written out.
func (n num) value() any {
	switch {
	case n.float:
		return n.f
	case n.big == nil:
		return n.i
	case n.big.IsInt64():
		return n.big.Int64()
	}
	return json.Number(n.big.String())
}

// unfit says why a number is no data, "" when it is data or no number at all.
func unfit(v any) string {
	var f float64
	switch v := v.(type) {
	case float64:
		f = v
	case json.Number:
		if n, ok := parseNumber(string(v)); ok && n.float {
			f = n.f
		}
	}
	switch {
	case math.IsNaN(f):
		return "is not a number"
	case math.IsInf(f, 0):
		return "is infinite"
	}
	return ""
}

// compareNumbers is exact, also between an integer and a float. Neither is NaN.
func compareNumbers(a, b num) int {
	switch {
	case !a.float && !b.float && a.big == nil && b.big == nil:
		return order(a.i, b.i)
	case a.float && b.float:
		return order(a.f, b.f)
	case !a.float && !b.float:
		return a.toBig().Cmp(b.toBig())
	case a.float:
		return -compareNumbers(b, a)
	}
	if a.big == nil && a.i > -1<<53 && a.i < 1<<53 {
		return order(float64(a.i), b.f)
	}
	if math.IsInf(b.f, 0) {
		return order(0, b.f)
	}
	return new(big.Float).SetInt(a.toBig()).Cmp(new(big.Float).SetFloat64(b.f))
}

func order[T int | int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// arithmetic is exact on integers, except division, whose result is a float as in expr-lang. Its bool is false
// when the result would have too many digits.
func arithmetic(op string, a, b num) (num, bool) {
	if !a.float && !b.float {
		if a.big == nil && b.big == nil {
			if n, ok := small(op, a.i, b.i); ok {
				return n, true
			}
		}
		x, y, z := a.toBig(), b.toBig(), new(big.Int)
		switch {
		case op == "+":
			z.Add(x, y)
		case op == "-":
			z.Sub(x, y)
		case op == "*":
			z.Mul(x, y)
		case op == "%" && y.Sign() != 0:
			z.Rem(x, y)
		default:
			return floats(op, a.toFloat(), b.toFloat()), true
		}
		return num{big: z}, z.BitLen() < maxDigits*3
	}
	return floats(op, a.toFloat(), b.toFloat()), true
}

// small is arithmetic that stays within int64.
func small(op string, a, b int64) (num, bool) {
	switch op {
	case "+":
		c := a + b
		return num{i: c}, (c > a) == (b > 0)
	case "-":
		c := a - b
		return num{i: c}, (c < a) == (b > 0)
	case "*":
		if a == 0 || b == 0 {
			return num{}, true
		}
		c := a * b
		return num{i: c}, c/b == a && (a != -1 || b != math.MinInt64) && (b != -1 || a != math.MinInt64)
	case "%":
		if b != 0 && b != -1 {
			return num{i: a % b}, true
		}
	}
	return num{}, false
}

func floats(op string, a, b float64) num {
	n := num{float: true}
	switch op {
	case "+":
		n.f = a + b
	case "-":
		n.f = a - b
	case "*":
		n.f = a * b
	case "/":
		n.f = a / b
	case "%":
		n.f = math.Mod(a, b)
	default: // ** and ^
		n.f = math.Pow(a, b)
	}
	return n
}
