# Commoncase. Two commands matter: make demo and make test. They need bash, Go and Node.js, and say so where one is missing.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
ASSETS := $(shell find static/src -type f 2>/dev/null)

.PHONY: help demo demo-reset test bench lint build assets need generate fmt clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: build ## build everything, load the demonstration branches into demo/, serve them and say where
	@exec ./bin/commoncase demo --dir demo

demo-reset: build ## the same, from the beginning: what was typed into the demo is lost
	@rm -rf demo
	@exec ./bin/commoncase demo --dir demo

test: assets ## install what the tests need where it can, and run everything on SQLite and PostgreSQL
	@.ci/test

bench: assets ## measure: working days, clock engine, 100,000 cases computed again, case page, bundle
	@set -o pipefail; go test -run '^$$' -bench . -benchmem -p 1 -timeout 30m ./... | grep -v -e 'no test files' -e '^PASS$$'

lint: ## read the code as golangci-lint does (the first run compiles it: some minutes)
	@go run $(GOLANGCI) run

build: assets ## bin/commoncase
	@test -x bin/commoncase || echo "Building the program. The first time every library is compiled: about four minutes on two cores."
	@set -o pipefail; go build -v -buildvcs=false -ldflags "-X main.version=$(VERSION)" -o bin/commoncase ./cmd/commoncase 2>&1 | \
		awk '/^go: downloading/ { if (!d++) print "  fetching libraries"; next } \
			/^[a-zA-Z0-9._\/-]+$$/ { if (++n % 50 == 0) print "  " n " packages compiled"; fflush(); next } { print; fflush() }'

assets: need static/dist/app.css

need:
	@.ci/need

static/dist/app.css: node_modules/.package-lock.json $(ASSETS)
	@echo "Building the stylesheet and the script."
	@npm run --silent build
	@test -s $@ && touch $@

node_modules/.package-lock.json: package-lock.json
	@echo "Fetching the front-end packages (npm ci)."
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

generate: ## write the Go of the pages (views/*.templ) anew
	@go tool templ generate -path views

fmt: ## lay out Go and pages in the one way
	@gofmt -w $$(git ls-files -co --exclude-standard '*.go')
	@go tool templ fmt views

clean: ## take away what was built; the demo's data stays
	rm -rf bin tmp node_modules static/dist/* *.test *.out *.prof
