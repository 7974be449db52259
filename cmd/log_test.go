package cmd_test

import (
	"bufio"
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What a library logs by itself passes no mask: net/http prints what a server sends unasked.
func TestLibrariesLogNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			go func() {
				defer connection.Close()
				request, err := http.ReadRequest(bufio.NewReader(connection))
				if err != nil {
					return
				}
				io.Copy(io.Discard, request.Body)
				io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				time.Sleep(50 * time.Millisecond)
				io.WriteString(connection, "canary-in-a-log HTTP/1.1\r\n")
				time.Sleep(time.Second)
			}()
		}
	}()
	var logged bytes.Buffer
	before := log.Writer()
	log.SetOutput(&logged)
	defer log.SetOutput(before)
	dir := project(t, map[string]string{"a.feature": "Feature: F\n  Scenario: S\n    When I GET \"/\"\n    And I wait 300ms\n    Then the status is 200\n"})
	if code, stdout, stderr := hoops("test", dir, "--url", "http://"+listener.Addr().String()); code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if strings.Contains(logged.String(), "canary") {
		t.Errorf("the log says %s", logged.String())
	}
}
