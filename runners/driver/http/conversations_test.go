package http

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

const brief = ir.Duration(120 * time.Millisecond)

func conversations() []conversation {
	all := requestConversations()
	all = append(all, redirectConversations()...)
	all = append(all, answerConversations()...)
	return append(all, failureConversations()...)
}

func requestConversations() []conversation {
	text := &ir.Body{Kind: ir.BodyText, Content: ir.Literal("data")}
	all := []conversation{
		{name: "authorization of the environment", ops: []ir.Op{get("/"), post("/x", "data")}, env: func(e *ir.Environment) {
			e.Auth = &ir.Auth{User: ir.Literal("ann"), Password: ir.Literal("open-sesame")}
			e.Headers = []ir.Field{cell("x-tenant", "7")}
		}},
		{name: "headers of every request", ops: []ir.Op{
			&ir.Use{Headers: []ir.Field{cell("x-all", " 1 "), cell("Accept", "a/b")}}, get("/"), send("GET", "/", cell("accept", "c/d")),
		}},
		{name: "many fields", ops: []ir.Op{send("GET", "/?q=a%20b&c=<>", cell("x-b", "1"), cell("X-A", "2"), cell("x-B", "3"), cell("ZZ", ""), cell("aa", "ü"))}},
		{name: "cookies", ops: []ir.Op{get("/"), get("/a/b"), send("GET", "/", cell("Cookie", "own=1")), send("GET", "/a", cell("cookie", "sid=mine"))},
			say: says(true, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nset-cookie: sid=1; Path=/\r\nSet-Cookie: near=2; Path=/a\r\nSet-Cookie: other=3; Domain=example.com\r\n\r\n")},
		{name: "upload of 3 MB", ops: []ir.Op{requestOf("POST", fieldsOf(ir.BodyParts, cell("name", "Mimi"), cell("photo", "@cat.jpg"))), get("/")}, apart: true},
		{name: "body of 64 KB", ops: []ir.Op{post("/x", strings.Repeat("x", mostDirect)), get("/")}},
		{name: "body of 64 KB and a byte", ops: []ir.Op{post("/x", strings.Repeat("x", mostDirect+1)), get("/")}, apart: true},
		{name: "host", ops: []ir.Op{send("GET", "/", cell("Host", "virtual.example"))}},
		{name: "host that is not ASCII", ops: []ir.Op{send("GET", "/", cell("Host", "bücher.example"))}},
		{name: "fragment", ops: []ir.Op{get("/page?x#part")}},
		{name: "escapes", ops: []ir.Op{get("/a%2Fb/c d/ü?x=%C3%BC&y=ü")}},
		{name: "own length", ops: []ir.Op{requestOf("POST", text, cell("Content-Length", "4"))}},
	}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"} {
		all = append(all,
			conversation{name: method, ops: []ir.Op{send(method, "/x"), send(method, "/y", cell("Idempotency-Key", "1"))}},
			conversation{name: method + " with a body", ops: []ir.Op{requestOf(method, text), requestOf(method, text, cell("x-idempotency-key", "1"))}})
	}
	for name, field := range map[string]ir.Field{
		"accept-encoding": cell("accept-encoding", "br"), "gzip": cell("Accept-Encoding", "gzip"), "identity": cell("Accept-Encoding", ""),
		"range": cell("Range", "bytes=0-1"), "user-agent": cell("User-Agent", "me"), "no user-agent": cell("user-agent", ""),
		"close": cell("Connection", "close"), "keep-alive": cell("Connection", "keep-alive"), "expect": cell("Expect", "100-continue"), "upgrade": cell("Upgrade", "websocket"),
	} {
		all = append(all, conversation{name: "field " + name, ops: []ir.Op{send("GET", "/x", field), send("GET", "/y", field)}})
	}
	for name, body := range map[string]*ir.Body{
		"json": {Kind: ir.BodyJSON, Content: ir.Literal(`{"a": [1, "ü"]}`)}, "raw": {Kind: ir.BodyRaw, Content: ir.Literal("\x00\r\n")}, "empty": {Kind: ir.BodyText, Content: ir.Literal("")},
		"form": fieldsOf(ir.BodyForm, cell("a b", "c&d=ü"), cell("e", "")), "parts": fieldsOf(ir.BodyParts, cell("a", "1"), cell("b", "ü")),
		"media": {Kind: ir.BodyText, Media: "text/csv", Content: ir.Literal("a,b")},
	} {
		all = append(all, conversation{name: "body " + name, ops: []ir.Op{requestOf("POST", body)}})
	}
	return all
}

func redirectConversations() []conversation {
	var all []conversation
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} {
			all = append(all, conversation{
				name: fmt.Sprint("redirect ", status, " ", method), ops: looks(requestOf(method, &ir.Body{Kind: ir.BodyJSON, Content: ir.Literal("{}")}, cell("X-Own", "1"), cell("Authorization", "Bearer token-1"))),
				say: func(n int, r *http.Request, c net.Conn) bool {
					if r.URL.Path == "/x" {
						io.WriteString(c, location(status, "../y?z=1"))
					} else {
						io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
					}
					return true
				},
			})
		}
	}
	return append(all,
		conversation{name: "redirect that is not followed", ops: looks(stay, get("/x")), say: says(true, location(302, "/y"))},
		conversation{name: "redirect without a location", ops: looks(get("/x")), say: says(true, "HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nhi")},
		conversation{name: "redirect loop", ops: []ir.Op{get("/x")}, say: says(true, location(302, "/x")), is: "http/redirects"},
		conversation{name: "redirect to nowhere", ops: []ir.Op{get("/x")}, say: says(true, location(302, "http://evil.example/")), is: "session/host"},
		conversation{name: "redirect of a connection that closes", ops: looks(get("/x")), say: says(false, "HTTP/1.1 301 Go\r\nConnection: close\r\nLocation: /y\r\n\r\n"), is: "http/redirects"},
	)
}

func answerConversations() []conversation {
	long := strings.Repeat("x", 10_000)
	zipped := "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcbH\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00" // "hello"
	all := []conversation{
		answered("length", true, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
		answered("fields twice", true, "HTTP/1.1 200 OK\r\nx-twice: 1\r\nContent-Length:2\r\nX-Twice:  2 \r\nX-TWICE:\r\n\r\nhi"),
		answered("length twice the same", true, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi"),
		answered("chunks", true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nX-Twice: trailer\r\n\r\n"),
		answered("chunks and a length", true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
		answered("to the end", false, "HTTP/1.1 200 OK\r\n\r\nhello"),
		answered("HTTP/1.0", false, "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
		answered("HTTP/1.0 that stays", true, "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"),
		answered("no content", true, "HTTP/1.1 204 No Content\r\n\r\n"),
		answered("no content with a length", true, "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"),
		answered("not modified", true, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
		answered("interim", true, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
		answered("other protocols", false, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nwhatever"),
		answered("gzip", true, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(zipped), zipped)),
		answered("empty gzip", true, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"),
		answered("other encoding", true, "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nhi"),
		answered("no reason", true, "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi"),
		answered("empty reason", true, "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi"),
		answered("own reason", true, "HTTP/1.1 404 Gone fishing\r\nContent-Length: 2\r\n\r\nhi"),
		answered("status 999", true, "HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nhi"),
		answered("bare line feeds", true, "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi"),
		answered("folded field", true, "HTTP/1.1 200 OK\r\nX-Twice: a\r\n b\r\nContent-Length: 2\r\n\r\nhi"),
		answered("tabs", true, "HTTP/1.1 200 OK\r\nX-Twice:\ta\tb\t\r\nContent-Length: 2\r\n\r\nhi"),
		answered("UTF-8 in a field", true, "HTTP/1.1 200 OK\r\nX-Twice: ü\r\nContent-Length: 2\r\n\r\nhi"),
		answered("long field", true, "HTTP/1.1 200 OK\r\nX-Twice: "+long+"\r\nContent-Length: 2\r\n\r\nhi"),
		answered("long body", true, "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"+long),
		answered("more than was announced", false, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more"),
		{name: "connection closes", ops: []ir.Op{get("/"), keep("it", `header("Connection") == nil`)}, say: says(false, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi")},
		answered("connection: Close, x", false, "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nhi"),
	}
	for _, name := range []string{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"} {
		all = append(all, conversation{name: "HEAD " + name[17:36], ops: append(looks(send("HEAD", "/")), send("HEAD", "/again")), say: says(true, name)})
	}
	return append(all,
		conversation{name: "kept connections", ops: []ir.Op{get("/1"), post("/2", "x"), get("/3"), send("HEAD", "/4")}},
		conversation{name: "closed connections", ops: []ir.Op{get("/1"), post("/2", "x"), get("/3")}, say: says(false, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi")},
		conversation{name: "errors keep the connection", ops: []ir.Op{get("/1"), get("/2")}, say: says(true, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nhi")},
		conversation{name: "gzip that the step asks for", ops: looks(send("GET", "/", cell("Accept-Encoding", "gzip"))), say: says(true, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(zipped), zipped))},
	)
}

func failureConversations() []conversation {
	soon := func(e *ir.Environment) { e.Timeout = brief }
	small := func(e *ir.Environment) { e.MaxBody = 1000 }
	hangs := func(text string) func(int, *http.Request, net.Conn) bool {
		return func(_ int, _ *http.Request, c net.Conn) bool {
			io.WriteString(c, text)
			io.Copy(io.Discard, c)
			return false
		}
	}
	second := func(op ir.Op, is string) conversation {
		return conversation{name: "accepted on a kept connection and closed " + fmt.Sprint(op.(*ir.Request).Name), ops: []ir.Op{get("/first"), op}, is: is,
			say: func(n int, r *http.Request, c net.Conn) bool {
				if r.URL.Path != "/first" {
					return false
				}
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				return true
			}}
	}
	return []conversation{
		{name: "no answer", ops: []ir.Op{get("/")}, say: func(int, *http.Request, net.Conn) bool { return false }, is: "http/reset"},
		{name: "reset", ops: []ir.Op{get("/")}, say: func(_ int, _ *http.Request, c net.Conn) bool { c.(*net.TCPConn).SetLinger(0); return false }, is: "http/reset"},
		broken("too short", "http/reset", false, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"),
		broken("chunks that stop", "http/reset", false, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
		broken("length as a list", "http/protocol", true, "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi"),
		broken("head that stops", "http/protocol", false, "HTTP/1.1 200 OK\r\nContent-Le"),
		broken("garbage", "http/protocol", false, "hello\r\n\r\n"),
		broken("garbage that goes on", "http/protocol", true, "220 mail.example ESMTP\r\n"),
		broken("two lengths", "http/protocol", true, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
		broken("negative length", "http/protocol", true, "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"),
		broken("length with a sign", "http/protocol", true, "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello"),
		broken("unknown coding", "http/protocol", true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\nuryyb"),
		broken("field without a colon", "http/protocol", true, "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"),
		broken("space before the colon", "", false, "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nhi"),
		broken("field without a name", "http/protocol", true, "HTTP/1.1 200 OK\r\n: 2\r\n\r\nhi"),
		broken("zero byte", "http/protocol", true, "HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 2\r\n\r\nhi"),
		broken("status of two digits", "http/protocol", true, "HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nhi"),
		broken("status in letters", "http/protocol", true, "HTTP/1.1 2x0 OK\r\nContent-Length: 2\r\n\r\nhi"),
		broken("no version", "http/protocol", true, "HTTP/x 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
		broken("not gzip", "http/protocol", true, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n01234567890123456789"),
		broken("gzip that stops", "http/reset", false, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n\x1f\x8b\x08\x00\x00"),
		{name: "head of 2 MB", ops: []ir.Op{get("/")}, say: says(false, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 2<<20)+"\r\n\r\n"), is: "http/protocol"},
		{name: "too large by its length", ops: []ir.Op{get("/")}, say: says(false, "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"+strings.Repeat("x", 1001)), env: small, is: "http/too-large"},
		{name: "too large in chunks", ops: []ir.Op{get("/")}, env: small, is: "http/too-large", say: func(_ int, _ *http.Request, c net.Conn) bool {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			flood(c, "5\r\nhello\r\n")
			return false
		}},
		{name: "just as large as may be", ops: looks(get("/")), say: says(true, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"+strings.Repeat("x", 1000)), env: small},
		{name: "silence", ops: []ir.Op{get("/")}, say: hangs(""), env: soon, is: "http/timeout"},
		{name: "silence in the head", ops: []ir.Op{get("/")}, say: hangs("HTTP/1.1 200 OK\r\n"), env: soon, is: "http/timeout"},
		{name: "silence in the body", ops: []ir.Op{get("/")}, say: hangs("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"), env: soon, is: "http/timeout"},
		{name: "silence in chunks", ops: []ir.Op{get("/")}, say: hangs("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), env: soon, is: "http/timeout"},
		second(get("/x"), "http/reset"), second(post("/x", "data"), "http/reset"), second(send("POST", "/x"), "http/reset"),
		second(send("PUT", "/x", cell("Idempotency-Key", "1")), "http/reset"), second(send("DELETE", "/x"), "http/reset"), second(send("HEAD", "/x"), "http/reset"),
		second(send("OPTIONS", "/x", cell("X-Idempotency-Key", "1")), "http/reset"), second(send("TRACE", "/x"), "http/reset"), second(requestOf("GET", &ir.Body{Kind: ir.BodyText, Content: ir.Literal("x")}), "http/reset"),
	}
}
