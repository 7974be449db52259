package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestSums(t *testing.T) {
	for _, c := range []struct {
		broken  bool
		numbers []string
		want    string
		mistake string
	}{
		{false, []string{"50", "70"}, `{"sum": 120}`, "calculator_mistakes_total 0"},
		{true, []string{"50", "70"}, `{"sum": 20}`, "calculator_mistakes_total 1"},
		{true, []string{"2", "3"}, `{"sum": 5}`, "calculator_mistakes_total 0"},
		{true, []string{"-5", "8"}, `{"sum": 3}`, "calculator_mistakes_total 0"},
	} {
		server := httptest.NewServer(newCalculator(c.broken, 0))
		defer server.Close()
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Jar: jar}
		for _, n := range c.numbers {
			if text := ask(t, client, http.MethodPost, server.URL+"/numbers", `{"number": `+n+`}`); text != "" {
				t.Errorf("entering %s said %q", n, text)
			}
		}
		if got := ask(t, client, http.MethodPost, server.URL+"/add", ""); strings.TrimSpace(got) != c.want {
			t.Errorf("%v broken %v: %s, expected %s", c.numbers, c.broken, got, c.want)
		}
		if metrics := ask(t, client, http.MethodGet, server.URL+"/metrics", ""); !strings.Contains(metrics, c.mistake) || !strings.Contains(metrics, "calculator_sums_total 1") {
			t.Errorf("%v broken %v: the metrics say\n%s", c.numbers, c.broken, metrics)
		}
	}
}

func ask(t *testing.T, client *http.Client, method, url, body string) string {
	t.Helper()
	request, err := http.NewRequest(method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMistakesAtARate(t *testing.T) {
	var every rate
	if every.Set("4") == nil || every.Set("1-in-0") == nil || every.Set("1-in-4") != nil || every.String() != "1-in-4" {
		t.Errorf("the rate is %v", every)
	}
	server := httptest.NewServer(newCalculator(false, int(every)))
	defer server.Close()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	var told []string
	for range 8 {
		ask(t, client, http.MethodPost, server.URL+"/numbers", `{"number": 2}`)
		told = append(told, strings.TrimSpace(ask(t, client, http.MethodPost, server.URL+"/add", "")))
	}
	if got := strings.Join(told, " "); got != strings.Repeat(`{"sum": 2} {"sum": 2} {"sum": 2} {"sum": 3} `, 2)[:87] {
		t.Error(got)
	}
	if metrics := ask(t, client, http.MethodGet, server.URL+"/metrics", ""); !strings.Contains(metrics, "calculator_mistakes_total 2") {
		t.Error(metrics)
	}
}
