# Each target installs what it needs and works alone:
#
#   make demo     build hoops, take three releases of a shop through test, load, probe and value, and write their owners a page
#   make demo-calculator   the seed story: a calculator that works, and one that makes silly mistakes
#   make test     vet, staticcheck, gofmt, and every test with the race detector
#   make bench    Go benchmarks, and how fast a large project compiles: medians beside their goals
#   make bench-language    only the latter; BENCH_LANGUAGE=-check fails when a goal is missed
#   make bench-load   hoops against k6, vegeta and wrk, in about six minutes; BENCH_LOAD=-short takes one
#   make bench-browser   the browser driver beside playwright-core: 7 rounds of 40 scenarios
#   make browser-50   the awkward pages 50 times, four at once, in about half an hour
#   make bench-owners   the owner's report of 500 features and 100 releases
#   make lint     the checks of make test without the tests
#   make build    bin/hoops
#   make axe      axe-core from npm, which looks whether the owner's report is accessible
#   make setup    only what the others need: Go modules, a C compiler, Chromium, Prometheus, PostgreSQL

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory

HOOPS   := bin/hoops
TIMEOUT := 30m
BENCH   ?= .

# Debian packages, by the command that shows that one is there already.
PACKAGES := gcc:gcc,libc6-dev chromium:chromium prometheus:prometheus pg_ctlcluster:postgresql xmllint:libxml2-utils

.PHONY: setup setup-go axe build test demo demo-calculator demo-shop bench bench-go bench-language bench-value bench-owners bench-load bench-browser browser-50 lint

setup-go:
	@command -v go >/dev/null || { \
	  echo "hoops: no go command: install Go $$(sed -n 's/^go //p' go.mod) or later, https://go.dev/doc/install" >&2; exit 1; }
	@go mod download

setup: setup-go
	@for pair in $(PACKAGES); do \
	  if command -v "$${pair%%:*}" >/dev/null; then continue; fi; \
	  packages="$$(tr , ' ' <<<"$${pair#*:}")"; \
	  if ! command -v apt-get >/dev/null; then \
	    echo "hoops: no $${pair%%:*} command, and no apt-get to install it with: install $$packages" >&2; exit 1; fi; \
	  sudo=; \
	  if [ "$$(id -u)" != 0 ]; then \
	    sudo="$$(command -v sudo)" || { echo "hoops: no $${pair%%:*} command: as root, run apt-get install $$packages" >&2; exit 1; }; fi; \
	  echo "hoops: installing $$packages" >&2; \
	  { $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$packages >/dev/null; } || { \
	    echo "hoops: $$packages could not be installed: check the network, or install them by hand" >&2; exit 1; }; \
	done

# The peers are built in .hoops/bench, in the versions that bench/peers.go names; wrk is Debian's.
bench-load: setup-go
	@command -v wrk >/dev/null || $(MAKE) setup PACKAGES=wrk:wrk
	@go run ./bench $(BENCH_LOAD)

# The latest playwright-core, in a folder that git ignores; it brings no browser of its own.
bench-browser: setup
	@command -v npm >/dev/null || $(MAKE) setup PACKAGES=npm:npm,nodejs
	@test -d .hoops/bench/node_modules/playwright-core || npm install --silent --no-audit --no-fund --prefix .hoops/bench playwright-core
	@go run ./bench/browser $(BENCH_BROWSER)

# Without npm the tests say loudly that nobody looked; in CI that is a failure.
AXE := .cache/axe/node_modules/axe-core/axe.min.js
axe: $(AXE)
$(AXE):
	@if command -v npm >/dev/null; then \
	  npm install --prefix .cache/axe --no-save --no-audit --no-fund --ignore-scripts --silent axe-core@4.14.1; \
	else \
	  echo "hoops: NO NPM: nobody looks whether the owner's report is accessible; install npm, or put axe.min.js in $(AXE)" >&2; \
	  [ -z "$${CI:-}" ]; fi

# A flake in fifty is a flake.
browser-50: setup
	go test ./runners/driver/browser -run AwkwardPages -count 50 -parallel 4 -timeout 60m

build: setup-go
	@go build -o $(HOOPS) ./cmd/hoops

lint: setup-go
	go vet ./...
	go tool staticcheck ./...
	@unformatted="$$(gofmt -l .)"; \
	if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w on:" >&2; echo "$$unformatted" >&2; exit 1; fi

test: setup axe lint
	go test -race -timeout $(TIMEOUT) ./...

bench: bench-go bench-language

# A project of 10,000 scenarios: compile, compile again, memory, and an artefact's first request.
bench-language: setup-go
	@go run ./bench/language $(BENCH_LANGUAGE)

# A thousand claims over 200 measures, asked of a real Prometheus and judged.
bench-value: setup-go
	@command -v prometheus >/dev/null || $(MAKE) setup PACKAGES=prometheus:prometheus
	go test -run '^$$' -bench AThousandClaims -timeout $(TIMEOUT) ./value

bench-go: setup-go
	go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout $(TIMEOUT) ./...

bench-owners: setup-go
	go test -run '^$$' -bench Owners -benchmem -timeout $(TIMEOUT) ./reporters/owners

demo: build demo-shop

# Three releases of one shop, each in a pipeline that hoops really runs: a wrong total, which the tests catch; one that
# breaks when many come, which load and value catch; and one that works. What they found is in one history.
DEMO := bin/demo
demo-shop: export HOOPS_HISTORY := $(CURDIR)/$(DEMO)/history.db
demo-shop: build
	@rm -rf $(DEMO) && mkdir -p $(DEMO)
	@$(MAKE) demo-release SAYS="release 1.0: a shop that adds a penny" FAULT=wrong-total RUN="uat value --param version=1.0" CODE=1
	@$(MAKE) demo-release SAYS="release 1.1: a shop that fails when many come" FAULT=errors-under-load RUN="uat load value --param version=1.1" CODE=1
	@$(MAKE) demo-release SAYS="release 1.2: test, browser, load, probe, value, from one program" FAULT= RUN="--param version=1.2" CODE=0
	@echo; echo "── what the owners of the shop read ─────────────────────────────────"; echo
	@$(HOOPS) report owners examples/shop | sed -n '1,2p'
	@$(HOOPS) report owners examples/shop -o $(DEMO)/value.html 2>/dev/null
	@echo; echo "open file://$(CURDIR)/$(DEMO)/value.html"

.PHONY: demo-release
demo-release:
	@echo; echo "── $(SAYS) ──"; echo
	@code=0; SHOP_FAULT=$(FAULT) $(HOOPS) run examples/shop $(RUN) || code=$$?; \
	if [ $$code != $(CODE) ]; then echo "hoops: expected exit code $(CODE) of $(SAYS), got $$code" >&2; exit 1; fi

# The second calculator gets sums wrong on purpose: that hoops fails it is what the demo shows.
demo-calculator: build
	@echo "── a calculator that works ──────────────────────────────────────────"; echo
	@$(HOOPS) run examples/calculator --env working
	@echo; echo "── one that gets some sums wrong ────────────────────────────────────"; echo
	@code=0; $(HOOPS) run examples/calculator --env broken || code=$$?; \
	if [ $$code != 1 ]; then echo "hoops: expected exit code 1 of the broken calculator, got $$code" >&2; exit 1; fi
