# make test installs what is missing and runs every check and every test; the other targets are its parts.

STATICCHECK_VERSION = 0.8.2
STATICCHECK = $(shell go env GOPATH)/bin/staticcheck

# Flags of the last and longest run, for example TESTFLAGS=-v.
TESTFLAGS ?=

# Modules of their own: examples, with what they depend on.
EXAMPLES = $(patsubst %/go.mod,%,$(wildcard examples/*/go.mod))

# A parenthesis that make does not count.
OPEN := (

# Packages that start goroutines, found by their go statements, WaitGroup.Go and time.AfterFunc; the suite is no part of
# a program.
RACY = $(shell grep -rlE --include='*.go' --exclude='*_test.go' --exclude-dir=testdata --exclude-dir=suite '^[[:space:]]*go [a-zA-Z.]+[^a-zA-Z. ]|[.]Go[$(OPEN)]|time[.]AfterFunc[$(OPEN)]' cmd generator runtime \
	| xargs -rn1 dirname | sort -u | sed 's,^,./,')

.PHONY: test install check format vet staticcheck tidy cross examples race unit cover

test: install check cross examples race unit

install:
	@.ci/install
	@$(STATICCHECK) -version 2>/dev/null | grep -q '($(STATICCHECK_VERSION))' || \
		go install honnef.co/go/tools/cmd/staticcheck@v$(STATICCHECK_VERSION)

check: format vet staticcheck tidy

format:
	@echo "== gofmt"
	@out=$$(find . -name '*.go' -not -path '*/testdata/*' | xargs gofmt -l) && test -z "$$out" || { echo "$$out"; exit 1; }

vet:
	@echo "== go vet"
	@go vet ./...

staticcheck:
	@echo "== staticcheck"
	@$(STATICCHECK) ./...

tidy:
	@echo "== go mod tidy -diff"
	@go mod tidy -diff

# Nothing of what is compiled for elsewhere runs: the compiler may leave its best out.
QUICK = -gcflags=all='-N -l'

# The tool and the runtime compile where they cannot be tested; the runtime also where there are no processes.
cross:
	@for os in darwin windows freebsd openbsd; do \
		echo "== go vet for $$os"; GOOS=$$os CGO_ENABLED=0 go vet $(QUICK) ./... || exit 1; \
	done
	@echo "== go vet for wasip1"
	@GOOS=wasip1 GOARCH=wasm go vet $(QUICK) ./runtime/...

examples:
	@for dir in $(EXAMPLES); do \
		echo "== $$dir"; \
		( cd $$dir && go mod tidy -diff && go vet ./... && go test -count=1 ./... ) || exit 1; \
	done

race:
	@echo "== tests with the race detector"
	@test -z "$(RACY)" || go test -race -short $(RACY)

unit:
	@echo "== tests"
	@go test $(TESTFLAGS) ./...

# What `make cover` tests and counts, and where its results lie.
COVERED ?= ./...
COVERDIR ?= $(CURDIR)/.cover

# What the tests cover, those included that run in other processes: commands of scripts, programs that a test starts.
# A statement counts whichever package's test runs it.
cover:
	@rm -rf $(COVERDIR) && mkdir -p $(COVERDIR)/data
	@TEST_COVERDIR=$(COVERDIR)/data go test -count=1 -cover -coverpkg=./... $(TESTFLAGS) $(COVERED) -args -test.gocoverdir=$(COVERDIR)/data
	@go tool covdata textfmt -i=$(COVERDIR)/data -o=$(COVERDIR)/profile.txt
	@go tool covdata percent -i=$(COVERDIR)/data
	@echo "== every line: go tool cover -html=$(COVERDIR)/profile.txt"
