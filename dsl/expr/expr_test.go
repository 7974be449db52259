package expr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
)

// world is an Env of fixed values; it counts what it is asked.
type world struct {
	values map[string]any
	asked  map[string]int
}

func (w world) Value(name string) any {
	if w.asked != nil {
		w.asked[name]++
	}
	v, ok := w.values[name]
	if !ok {
		return expr.Missing{What: name}
	}
	return v
}

func (w world) Call(name string, args []any) (any, error) {
	switch name {
	case "header":
		if strings.EqualFold(args[0].(string), "content-type") {
			return "application/json", nil
		}
		return expr.Missing{}, nil
	case "uuid":
		return "u-1", nil
	case "random":
		return int64(4), nil
	case "now":
		return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), nil
	case "step":
		return map[string]any{"p95": 120 * time.Millisecond}, nil
	case "page.text":
		return "Hello", nil
	}
	return nil, fmt.Errorf("%s(…) is broken", name)
}

const body = `{"id": 9007199254740993, "total": 7.5, "n": 3, "ok": true, "off": false, "none": null, "name": "Ann",
 "ms": 250, "user": {"name": "ann", "null": null}, "big": 1e999,
 "items": [{"price": 3, "name": "b"}, {"price": 12.5, "name": "a"}, {"price": 3, "name": "c"}], "empty": [], "tags": ["x", "y"]}`

func someWorld() world {
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		panic(err)
	}
	return world{values: map[string]any{
		"body": v, "status": 200, "duration": 250 * time.Millisecond, "p95": 310 * time.Millisecond,
		"errors": 0.002, "total": 100, "count": 5, "max": 9, "len": 2, "now": "soon", "text": "a total of 7",
		"nan": math.NaN(), "inf": math.Inf(1), "user": "ann", "row": map[string]any{"user": "bob"},
		"table": []map[string]string{{"a": "1"}},
	}}
}

func someScope() expr.Scope {
	return expr.Scope{
		Values: map[string]expr.Kind{
			"body": expr.Any, "status": expr.Number, "duration": expr.Duration, "p95": expr.Duration, "errors": expr.Number,
			"total": expr.Number, "count": expr.Any, "max": expr.Any, "len": expr.Any, "now": expr.Any, "text": expr.String,
			"nan": expr.Number, "inf": expr.Number, "user": expr.String, "row": expr.Object, "gone": expr.Any, "table": expr.List,
			"param": expr.Object,
		},
		Fields: map[string]map[string]expr.Kind{"row": {"user": expr.String, "age": expr.Number}},
		Funcs: map[string]expr.Func{
			"header":    {Min: 1, Max: 1, Result: expr.String},
			"page.text": {Min: 1, Max: 1, Result: expr.String},
			"step":      {Min: 1, Max: 1, Result: expr.Object, Fields: map[string]expr.Kind{"p95": expr.Duration, "count": expr.Number}},
			"broken":    {Min: 0, Max: 1, Result: expr.Any},
		},
	}
}

func TestEval(t *testing.T) {
	for source, want := range map[string]string{
		`1 + 2 * 3`: "7", `7 / 2`: "3.5", `4 / 2`: "2", `7 % 4`: "3", `total % 7`: "2", `7.5 % 2`: "1.5", `2 ** 10`: "1024", `-5 + 2`: "-3",
		`9223372036854775807 + 1`: "9223372036854775808", `9007199254740993 * 9007199254740993`: "81129638414606699710187514626049",
		`-(0 - 9223372036854775807 - 1)`: "9223372036854775808", `12345678901234567890`: "12345678901234567890",
		`10%`: "0.1", `10% + 1`: "1.1", `10%3`: "1", `10 % 3`: "1", `0.7%`: "0.007",
		`300ms`: "300ms", `1m30s`: "1m30s", `1h`: "1h", `90m`: "1h30m", `1.5s * 2`: "3s", `2 * 1.5s`: "3s", `1m / 2`: "30s", `1m / 1s`: "60", `-5s`: "-5s",
		`7d`: "168h", `2MB`: "2000000", `1.5MiB`: "1572864", `1_000`: "1000", `0x1f`: "31", `1e3`: "1000",
		`body.id`: "9007199254740993", `body.id + 0`: "9007199254740993", `body.total`: "7.5", `string(body.id)`: "9007199254740993",
		`"a" + 'b' + ` + "`c`": "abc", `body.user`: `{"name":"ann","null":null}`, `body.tags`: `["x","y"]`, `body.none`: "null",
		`body["total"]`: "7.5", `body.items[0].price`: "3", `body.items[-1].name`: "c", `body.items[1:3][0].name`: "a", `"héllo"[1]`: "é", `"héllo"[1:3]`: "él",
		`count`: "5", `max`: "9", `len`: "2", `now`: "soon", `len(body.items)`: "3", `len("héé")`: "3", `max(1, 2.5)`: "2.5", `min([3, 1])`: "1",
		`count(body.items, .price > 5)`: "1", `count(body.items, # .price > 5) + count`: "6", `sum(body.items, .price)`: "18.5", `sum([1, 2])`: "3", `sum([])`: "0",
		`map(body.items, .name)`: `["b","a","c"]`, `map(sortBy(body.items, .price, "desc"), .name)`: `["a","b","c"]`, `map(sortBy(body.items, .name), .name)`: `["a","b","c"]`,
		`filter(body.items, {.price == 3})[1].name`: "c", `find(body.items, .price > 5).name`: "a", `findIndex(body.items, .price > 5)`: "1",
		`map(1..3, # * #index)`: "[0,2,6]", `join(sort(["b", "a"]), "-")`: "a-b", `join(map(body.items, upper(.name)), ",")`: "B,A,C",
		`keys(body.user)`: `["name","null"]`, `values({b: 1, a: 2})`: "[2,1]", `{"a": [1, 300ms], b: nil}`: `{"a":[1,"300ms"],"b":null}`,
		`split("a,b", ",")`: `["a","b"]`, `replace("aa", "a", "b")`: "bb", `repeat("ab", 2)`: "abab", `trim(" x ")`: "x", `indexOf("héllo", "l")`: "2",
		`round(2.5)`: "3", `floor(body.total)`: "7", `ceil(body.id)`: "9007199254740993", `abs(-2)`: "2", `abs(-2s)`: "2s", `int("12")`: "12", `int(7.9)`: "7", `float("1.5")`: "1.5",
		`mean([1, 2])`: "1.5", `median([3, 1, 2])`: "2", `median([1, 2, 3, 4])`: "2.5", `first(body.tags)`: "x", `last(body.tags)`: "y", `take(body.tags, 1)`: `["x"]`,
		`reverse([1, 2])`: "[2,1]", `uniq([1, 1.0, 2])`: "[1,2]", `concat([1], [2])`: "[1,2]", `toJSON("a<")`: `"a<"`, `fromJSON("[1]")[0]`: "1",
		`base64("hi")`: "aGk=", `fromBase64("aGk=")`: "hi", `sha256("")`: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", `urlencode("a b&c")`: "a%20b%26c",
		`uuid()`: "u-1", `random(1, 6)`: "4", `now()`: "2026-01-02T03:04:05Z", `now() - date("2026-01-02")`: "3h4m5s", `now() + 1s > now()`: "true",
		`header('Content-Type')`: "application/json", `page.text("h1")`: "Hello", `step("pay").p95`: "120ms", `row.user`: "bob", `table[0].a`: "1",
		`status == 200 ? "yes" : "no"`: "yes", `duration("1m") == 60s`: "true", `body.let == nil`: "true", `body.not == nil`: "true", `body.ms * 1ms`: "250ms",
	} {
		p, err := expr.Compile(source, someScope())
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		v, err := p.Eval(someWorld())
		if err != nil {
			t.Errorf("%s: %v", source, err)
		} else if got := expr.Text(v); got != want {
			t.Errorf("%s = %s, want %s", source, got, want)
		}
	}
}

// Each line: what holds, what does not and why, what has no data.
func TestConditions(t *testing.T) {
	const holds = "holds"
	for source, want := range map[string]string{
		`status == 200`: holds, `status in [200, 201]`: holds, `body.id == 9007199254740993`: holds, `body.total >= 7.5`: holds, `body.n == 3.0`: holds,
		`body.id == 9007199254740992`: `body.id == 9007199254740992 is false: body.id = 9007199254740993`, `body.id > 9007199254740992.0`: holds,
		`body.total > 10`: `body.total > 10 is false: body.total = 7.5`, `10 < body.total`: `10 < body.total is false: body.total = 7.5`,
		`status == 200 && body.total > 10`:   `body.total > 10 is false: body.total = 7.5`,
		`status == 500 and body.total > 1`:   `status == 500 is false: status = 200`,
		`status == 500 || body.total > 10`:   `status == 500 || body.total > 10 is false: status = 200, body.total = 7.5`,
		`not (status in [200])`:              `not (status in [200]) is false: status = 200`,
		`(status == 200) && (status == 201)`: `status == 201 is false: status = 200`,
		`status not in [200]`:                `status not in [200] is false: status = 200`,
		`len(body.items) == 4`:               `len(body.items) == 4 is false: len(body.items) = 3`,
		`body.off`:                           `body.off is false`,
		`body.name == "ann"`:                 `body.name == "ann" is false: body.name = "Ann"`,
		`all(body.tags, # == "x")`:           `all(body.tags, # == "x") is false: body.tags[1] = "y", body.tags = ["x","y"]`,
		`errors / total < 0.001%`:            `errors / total < 0.001% is false: errors / total = 0.00002`,
		`p95 < 300ms`:                        `p95 < 300ms is false: p95 = 310ms`,
		`text matches '^b'`:                  `text matches '^b' is false: text = "a total of 7"`,
		`body.n == "3"`:                      `body.n == "3" is false: body.n = 3; "3" is text and body.n is a number: write 3 without quotes`,
		`body.n == "4"`:                      `body.n == "4" is false: body.n = 3`, `"3.0" == body.n`: `"3.0" == body.n is false: body.n = 3; "3.0" is text and body.n is a number: write 3.0 without quotes`,
		`first(split("3", ",")) == 3`:   `first(split("3", ",")) == 3 is false: first(split("3", ",")) = "3"; first(split("3", ",")) is text and 3 is a number: write int(first(split("3", ",")))`,
		`body.total == first(["7.50"])`: `body.total == first(["7.50"]) is false: body.total = 7.5, first(["7.50"]) = "7.50"; first(["7.50"]) is text and body.total is a number: write float(first(["7.50"]))`,
		`none(body.tags, # == "y")`:     `none(body.tags, # == "y") is false: body.tags[1] = "y", body.tags = ["x","y"]`,
		`one(body.tags, len(#) == 1)`:   `one(body.tags, len(#) == 1) is false: body.tags[1] = "y", body.tags = ["x","y"]`,
		`one(body.tags, # == "z")`:      `one(body.tags, # == "z") is false: body.tags = ["x","y"]`, `any(body.tags, # == "z")`: `any(body.tags, # == "z") is false: body.tags = ["x","y"]`,
		`status == 200 and all(concat(body.tags, ["z"]), # < "y")`: `all(concat(body.tags, ["z"]), # < "y") is false: element 1 = "y", concat(body.tags, ["z"]) = ["x","y","z"]`,
		`none(body.empty, # > 1)`:                                  holds, `not any(body.empty, # > 1)`: holds, `len(body.empty) == 0 || all(body.empty, # > 1)`: holds, `sum(body.empty) == 0 and count(body.empty, # > 1) == 0`: holds,
		`all(filter(body.tags, # == "z"), # > 1)`:                             "no data: filter(body.tags, # == \"z\") is an empty list: nothing was compared",
		`percent("5%") == 5% and size("2MB") == 2MB and duration("5s") == 5s`: holds, `size("2") == 2`: "a size needs a unit: write 2B, 2kB or 2MB",
		`body.total != nil ? status == 1 : 1>2`: `body.total != nil ? status == 1 : 1>2 is false: body.total = 7.5, status = 200`,
		`body.ok`:                               holds, `body.items == body.items`: holds, `"x" in body.tags`: holds, `"user" in body`: holds, `text contains "total"`: holds,
		`p95 < 1s && p95 > 0.3s`: holds, `errors < 1%`: holds, `any(body.items, .price > 5)`: holds, `user startsWith "a" and user endsWith "n"`: holds,
		`[1, [2.0, "x"]] == [1.0, [2, "x"]]`: holds, `{a: 1} == {"a": 1.0}`: holds, `count == 5 and count([1], # == 1) == 1`: holds,

		`body.gone > 10`: "no data: body.gone is missing", `body.gone != 10`: "no data: body.gone is missing", `not (body.gone == 10)`: "no data: body.gone is missing",
		`body.gone in [1]`: "no data: body.gone is missing", `1 in body.gone`: "no data: body.gone is missing", `body.gone not in [1]`: "no data: body.gone is missing",
		`body.gone contains "x"`: "no data: body.gone is missing", `body.gone startsWith "x"`: "no data: body.gone is missing", `body.gone matches "x"`: "no data: body.gone is missing",
		`"x" contains body.gone`: "no data: body.gone is missing", `body.gone`: "no data: body.gone is missing", `!body.gone`: "no data: body.gone is missing",
		`body.gone.far.away == 1`: "no data: body.gone is missing", `body.none == 1`: "no data: body.none is null", `body.none.x == 1`: "no data: body.none.x is missing: body.none is null",
		`body.items[9].price == 1`: "no data: body.items[9] is missing: body.items is a list of 3", `gone == 1`: "no data: gone is missing", `body.total.x == 1`: "no data: body.total.x is missing: body.total is a number",
		`header('X') != ''`: "no data: header('X') is missing", `header('X') == header('Y')`: "no data: header('X') is missing", `upper(body.gone) == nil`: "no data: body.gone is missing",
		`body.gone == body.gone`: "no data: body.gone is missing", `body.gone + 1 > 0`: "no data: body.gone is missing", `len(body.gone) == 0`: "no data: body.gone is missing",
		`nan == nan`: "no data: nan is not a number", `nan != 1`: "no data: nan is not a number", `inf > 1`: "no data: inf is infinite", `total / 0 > 1`: "no data: total / 0 is infinite",
		`0 / 0 != 1`: "no data: 0 / 0 is not a number", `1 in [nan]`: "no data: nan is not a number", `body.big > 1`: "no data: body.big is infinite",
		`body.gone == 1 || true`: "no data: body.gone is missing", `true || body.gone == 1`: holds, `all(body.empty, # > 1)`: "no data: body.empty is an empty list: nothing was compared", `any(body.items, .weight > 1)`: "no data: .weight is missing",
		`find(body.items, .price > 99).name == "x"`: "no data: find(body.items, .price > 99) is missing: there is no such element", `max(body.empty) > 1`: "no data: max(body.empty) has nothing to look at: body.empty is empty",
		`[body.gone] == []`: "no data: body.gone is missing", `first(body.empty) == 1`: "no data: first(body.empty) is missing: body.empty is empty",

		`body.gone == nil`: holds, `header("X") == nil`: holds, `body.none == nil`: holds, `nil == body.gone`: holds, `body.total != nil`: holds, `nan == nil`: holds,
		`body.gone != nil`:  `body.gone != nil is false: body.gone is missing`,
		`body.total == nil`: `body.total == nil is false: body.total = 7.5`,
		`body.n`:            `"body.n" is not a condition: body.n = 3`, `body.n && true`: `"body.n" is not a condition: body.n = 3`,
		`body.name > 3`:      `cannot compare text with a number: body.name = "Ann"`,
		`body.ms < 300ms`:    `cannot compare a number with a duration: body.ms = 250`,
		`upper(body.n)==""`:  `upper(…) needs text: body.n = 3`,
		`broken() == 1`:      `broken(…) is broken`,
		`body.n + "x" == ""`: "`+` does not take a number and text",
		`any(body.n, # > 1)`: `body.n is not a list: it is 3`,
	} {
		p, err := expr.CompileCondition(source, someScope())
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		r := p.Test(someWorld())
		got := r.Explanation
		switch {
		case r.Holds:
			got = holds
		case r.NoData:
			got = r.Err.Error()
			if !strings.HasPrefix(r.Explanation, source+" has no data: ") {
				t.Errorf("%s: explanation %s", source, r.Explanation)
			}
		}
		if got != want {
			t.Errorf("%s\n got: %s\nwant: %s", source, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		source   string
		col, len int
		message  string
		help     string
	}{
		{``, 1, 0, "an expression is expected here", ""},
		{`p59 < 1s`, 1, 3, `unknown name "p59"`, `did you mean "p95"?`},
		{`  bodi.x`, 3, 4, `unknown name "bodi"`, `did you mean "body"?`},
		{`p95 < 300`, 7, 3, "a duration needs a unit", "write 300ms or 300s"},
		{`300 > p95`, 1, 3, "a duration needs a unit", "write 300ms or 300s"},
		{`p95 < (300)`, 8, 3, "a duration needs a unit", "write 300ms or 300s"},
		{`duration < "x"`, 1, 14, `cannot compare a duration with text: duration is a duration, "x" is text`, ""},
		{`p95 < 300MB`, 7, 5, "300MB is a size, and p95 is a duration", "write 300ms or 1m30s"},
		{`5% > p95`, 1, 2, "5% is a percentage, and p95 is a duration", "write 300ms or 1m30s"},
		{`p95 < 300 ms`, 11, 2, "an operator is expected between `300` and `ms`", "write 300ms"},
		{`p95 < 5 seconds`, 9, 7, "an operator is expected between `5` and `seconds`", "write 5s"},
		{`size(table) == 2`, 6, 5, "size(…) needs text: table is a list", "size(\"2MB\") is a size; for how many elements there are write len(…)"},
		{`p95 < 5 foo`, 9, 3, "an operator is expected between `5` and `foo`", ""},
		{`p95 < "5s"`, 1, 10, `cannot compare a duration with text: p95 is a duration, "5s" is text`, "write 5s without quotes"},
		{`status == "2MB"`, 1, 15, `cannot compare a number with text: status is a number, "2MB" is text`, "write 2MB without quotes"},
		{`p95 == 5 || true`, 8, 1, "a duration needs a unit", "write 5ms or 5s"},
		{`p95 < 300foo`, 7, 6, `unknown unit "foo" in 300foo`, "the units are " + "ns us ms s m h d w (time), B kB MB GB TB KiB MiB GiB TiB (size), % (percent)"},
		{`300ms < p95 && 2mb > 1`, 16, 3, `unknown unit "mb" in 2mb`, "did you mean 2MB?"},
		{`p95 < 99999999w`, 7, 9, "99999999w is too long a time", ""},
		{`1.5B == 1`, 1, 4, "1.5B is not a whole number of bytes", ""},
		{`300ms + bodi`, 9, 4, `unknown name "bodi"`, `did you mean "body"?`},
		{`"é" == 300ms + 1`, 8, 9, "a duration needs a unit: `+` does not take a duration and a number", "300ms is a duration, 1 is a number"},
		{`status == `, 10, 0, "the expression ends too early: something is missing after `==`", ""},
		{`status = 200`, 8, 1, "`=` does not compare", "write `==`"},
		{`status 200`, 8, 3, "an operator is expected between `status` and `200`", ""},
		{`status == 200 AND true`, 15, 3, "an operator is expected between `200` and `AND`", "did you mean and?"},
		{`status is 200`, 8, 2, "an operator is expected between `status` and `is`", "write `==`"},
		{`body.x == null`, 11, 4, `unknown name "null"`, "write `nil`"},
		{`body.x == True`, 11, 4, `unknown name "True"`, "write `true`"},
		{`body.x == Anna`, 11, 4, `unknown name "Anna"`, "text stands in quotes: 'Anna'"},
		{`body.x == “y”`, 11, 1, "`“` is not part of an expression", "write `\"`"},
		{`status == 2xx`, 11, 3, `unknown unit "xx" in 2xx`, "write status >= 200 && status <= 299, or the step: the status is 2xx"},
		{`p95 < 5minutes`, 7, 8, `unknown unit "minutes" in 5minutes`, "did you mean 5m?"},
		{`(status == 200`, 1, 1, "`(` is never closed", ""},
		{`status == 200)`, 14, 1, "`)` closes nothing", ""},
		{`[1)`, 3, 1, "`)` does not close `[`", ""},
		{`"abc`, 1, 4, `text is not closed: " is missing`, ""},
		{`let x = 1; x`, 1, 3, "`let` is not part of an expression", ""},
		{`1; 2`, 2, 1, "`;` is not part of an expression: there is one expression, and no statements", ""},
		{`if status == 1 {1} else {2}`, 1, 2, "`if` is not part of an expression", "write condition ? this : that"},
		{`body | len()`, 6, 1, "`|` is not part of an expression", ""},
		{`body.x ?? 1`, 8, 2, "`??` is not part of an expression: a missing value has no silent default", ""},
		{`body?.x`, 5, 2, "`?.` is not needed: a field of a missing value is missing", "write `.`"},
		{`body.ok ?: 1`, 6, 2, "`?:` is not part of an expression", "write condition ? this : that"},
		{`$env.x`, 1, 1, "`$` is not part of an expression", ""},
		{`status == 1 // x`, 13, 2, "a comment is not part of an expression", ""},
		{`status @ 1`, 8, 1, "`@` is not part of an expression", ""},
		{`1 < status < 3`, 12, 1, "two comparisons in a row", "write a < b && b < c"},
		{`uper(body)`, 1, 4, `unknown function "uper"`, `did you mean "upper"?`},
		{`status()`, 1, 6, `unknown function "status"`, "status is a value: leave out the brackets"},
		{`uuid == 1`, 1, 4, `unknown name "uuid"`, "the function is uuid(…)"},
		{`body.items.len()`, 12, 3, `unknown function ".len"`, "write len(…) with the value inside"},
		{`header()`, 1, 6, "header(…) takes 1 argument, not 0", ""},
		{`upper(5)`, 7, 1, "upper(…) needs text: 5 is a number", ""},
		{`row.usr`, 5, 3, `row has no field "usr"`, `did you mean "user"?`},
		{`row["usr"]`, 5, 5, `row has no field "usr"`, `did you mean "user"?`},
		{`step("x").p59 < 1s`, 11, 3, `step("x") has no field "p59"`, `did you mean "p95"?`},
		{`status.code`, 8, 4, "status is a number: it has no fields", ""},
		{`table.length`, 7, 6, "table is a list: it has no fields", "write len(table)"},
		{`status && true`, 1, 6, `"status" is not a condition: it is a number`, "compare it with something"},
		{`text in "x"`, 9, 3, "`in` looks into a list or an object: \"x\" is text", `write "x" contains text`},
		{`table contains "x"`, 1, 5, "`contains` looks at text: table is a list", `write "x" in table`},
		{`text matches "("`, 14, 3, "not a regular expression: missing closing ): `(`", ""},
		{`status < nil`, 1, 12, "nil has no order and no parts: `<` cannot compare with it", "use == nil or != nil"},
		{`any(table, any(table, any(table, # == 1)))`, 23, 3, "too many loops within loops: at most 2", ""},
		{`filter(table)`, 13, 1, "an argument is missing before `)`: a list and a condition on its elements are expected", ""},
		{`count(table)`, 1, 5, "count(…) needs a condition: count(xs, .price > 10)", ""},
		{`groupBy(table, #)`, 1, 7, `unknown function "groupBy"`, ""},
		{`# == 1`, 1, 1, "`#` is not expected here", ""},
		{`"a\q"`, 4, 1, "the text cannot be read: `\\` starts no known escape here", ""},
		{`text + 1`, 1, 8, "`+` does not take text and a number", "turn the other side into text: string(x)"},
		{"status ==\n  foo", 3, 3, `unknown name "foo"`, ""},
		{strings.Repeat("(", 40) + "1", 33, 1, "too many brackets within brackets: at most 32", ""},
		{strings.Repeat("1+", 2500) + "1", 1, 0, "the expression is too long: 5001 bytes, and at most 4096 are allowed", ""},
		{"now().x", 7, 1, "now() is a time: it has no fields", ""},
	} {
		p, err := expr.Compile(c.source, someScope())
		var e *expr.Error
		if !errors.As(err, &e) {
			t.Errorf("%.60s: compiled to a %v", c.source, p.Kind())
			continue
		}
		if e.Col != c.col || e.Len != c.len || e.Message != c.message || c.help != "" && (len(e.Help) == 0 || e.Help[0] != c.help) {
			t.Errorf("%.60s\n got %d+%d %s %q\nwant %d+%d %s %q", c.source, e.Col, e.Len, e.Message, e.Help, c.col, c.len, c.message, c.help)
		}
	}
	if _, err := expr.CompileCondition("total", someScope()); err == nil || err.Error() != `"total" is not a condition: it is a number` {
		t.Errorf("condition: %v", err)
	}
}

func TestWhatAProgramReads(t *testing.T) {
	p, err := expr.Compile(`row.user == user && body.x > 1 && row["age"] > 1 && step("pay").p95 < 1s && uuid() != header(user)`, someScope())
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(p.Names()); got != "[body row user]" {
		t.Error(got)
	}
	if got := fmt.Sprint(p.Reads()); got != "[{{1 1 8} row user} {{1 13 4} user } {{1 21 6} body x} {{1 35 10} row age}]" {
		t.Error(got)
	}
	if got := fmt.Sprint(p.Calls()); got != `[{{1 53 4} step pay true {1 58 5} "pay"} {{1 77 4} uuid  false {0 0 0} } {{1 87 6} header  false {0 0 0} user}]` {
		t.Error(got)
	}
}

func TestOnlyWhatIsReadIsAsked(t *testing.T) {
	w := someWorld()
	w.asked = map[string]int{}
	p, _ := expr.Compile(`body.total > 1 && body.n == 3 || user == "x"`, someScope())
	if r := p.Test(w); !r.Holds || fmt.Sprint(w.asked) != "map[body:1]" {
		t.Error(r, w.asked)
	}
}

func TestLimits(t *testing.T) {
	long := make([]any, 3000)
	for i := range long {
		long[i] = json.Number("7")
	}
	w := world{values: map[string]any{"body": long, "text": strings.Repeat("a", 1<<18)}}
	for _, source := range []string{
		`any(body, any(body, # > 8))`, `len(1..10000000) > 1`, `len(repeat(text, 9999)) > 1`, `len(map(1..900000, [#, #])) > 1`,
		`any(1..100, text matches "(a*)*b")`, `len(join(map(1..999, text))) > 1`, `any(1..99999, text contains "b")`,
	} {
		p, err := expr.CompileCondition(source, someScope())
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if r := p.Test(w); r.Holds || r.Err == nil || !strings.Contains(r.Explanation, "too ") && !strings.Contains(r.Explanation, "cannot repeat") {
			t.Errorf("%s: %+v", source, r)
		}
	}
	for _, source := range []string{strings.Repeat("!", 4000) + "true", strings.Repeat("-", 4000) + "1", strings.Repeat("1<(", 30) + "1" + strings.Repeat(")<2", 30), strings.Repeat("true?1:", 500) + "1"} {
		began := time.Now()
		_, _ = expr.Compile(source, someScope())
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%.20s took %v", source, took)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	p, _ := expr.CompileCondition(`any(body.items, .price > 10) && body.total < 10 && status == 200`, someScope())
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 200 {
				if r := p.Test(someWorld()); !r.Holds {
					t.Error(r)
				}
			}
		}()
	}
	group.Wait()
}

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		a, b any
		want bool
	}{
		{json.Number("9007199254740993"), json.Number("9007199254740992"), false}, {json.Number("7"), 7.0, true}, {json.Number("1e1"), 10, true},
		{nil, nil, true}, {nil, 0, false}, {"1", 1, false}, {math.NaN(), math.NaN(), false}, {expr.Missing{}, expr.Missing{}, false},
		{[]string{"a"}, []any{"a"}, true}, {map[string]any{"a": nil}, map[string]any{"b": nil}, false}, {time.Second, time.Second, true},
		{json.Number("18446744073709551616"), json.Number("18446744073709551616"), true}, {uint64(math.MaxUint64), json.Number("18446744073709551615"), true},
	} {
		if got := expr.Equal(c.a, c.b); got != c.want {
			t.Errorf("%v == %v: %v", c.a, c.b, got)
		}
	}
}

// An evaluation on the hot path of a load test: under a microsecond, and these allocations.
func TestAllocations(t *testing.T) {
	w := someWorld()
	for source, most := range map[string]float64{`status == 200`: 3, `body.total > 10`: 3} {
		p, _ := expr.CompileCondition(source, someScope())
		if got := testing.AllocsPerRun(200, func() { _, _ = p.Eval(w) }); got > most {
			t.Errorf("%s: %v allocations, at most %v", source, got, most)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	w := someWorld()
	for _, source := range []string{`status == 200`, `body.total > 10`, `p95 < 300ms && errors / total < 0.1%`} {
		p, _ := expr.CompileCondition(source, someScope())
		b.Run(source, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = p.Eval(w)
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	scope := someScope()
	for b.Loop() {
		_, _ = expr.Compile(`p95 < 300ms && errors / total < 0.1%`, scope)
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`body.total > 10 && any(body.items, .price > 1)`, `p95 < 300ms`, `1 in [1, 0.1%] ? "a" : {b: 2MB}`, "`x` matches '('", `# 1..2 ?: a < b < c`, `body[1:2].x not in "é`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		p, err := expr.Compile(source, someScope())
		if err == nil {
			r := p.Test(someWorld())
			if r.Err != nil {
				within(t, source, r.Span, r.Explanation)
			}
			if !r.Holds && r.Explanation == "" {
				t.Errorf("no explanation for %q", source)
			}
			return
		}
		var e *expr.Error
		if !errors.As(err, &e) {
			t.Fatalf("%T", err)
		}
		if !strings.Contains(source, "v_") && (strings.Contains(e.Message, "v_") || strings.Contains(e.Message, "expr-lang")) {
			t.Errorf("%q: %s", source, e.Message)
		}
		within(t, source, e.Span, e.Message)
	})
}

func within(t *testing.T, source string, at expr.Span, message string) {
	t.Helper()
	lines := strings.Split(source, "\n")
	if at.Line < 1 || at.Line > len(lines) {
		t.Fatalf("%q: line %d: %s", source, at.Line, message)
	}
	if n := len([]rune(lines[at.Line-1])); at.Col < 1 || at.Col > n+1 || at.Len < 0 || at.Col-1+at.Len > n {
		t.Fatalf("%q: column %d+%d of %d: %s", source, at.Col, at.Len, n, message)
	}
}
