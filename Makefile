# `make` alone lists what there is to do. Everything runs on a Debian machine with Rust and Node.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CARGO ?= cargo
XIAOHAO := target/release/xiaohao
DEMO_DATA ?= demo-data
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help tools build demo demo-clean test test-core lint fmt docs bench bench-log bench-geofence bench-load campaign-kill campaign-power campaign-simulation datasets

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-22s %s\n", $$1, $$2}'

tools: ## install what is missing: a C compiler (two dependencies need one) and strace (power-loss test)
	@command -v cargo >/dev/null || { echo "Rust is missing: install it with rustup, then run make again" >&2; exit 1; }
	@missing=""; command -v cc >/dev/null || missing="$$missing build-essential"; \
	command -v strace >/dev/null || missing="$$missing strace"; \
	if [ -n "$$missing" ]; then echo "installing$$missing"; $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $$missing; fi

build: tools ## build everything once (release: the one profile of demo, tests and benchmarks)
	$(CARGO) build --release --workspace

demo: tools ## the example street with a month of history and a live trickle; prints the URL
	$(CARGO) build --release -p xiaohao
	$(XIAOHAO) demo --data $(DEMO_DATA)

demo-clean: ## forget the demo's data
	rm -rf $(DEMO_DATA)

test: tools ## all tests, from the pure core to the real binary
	$(CARGO) test --release --workspace

lint: ## formatting and clippy, warnings are errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --workspace --all-targets -- -D warnings

fmt: ## format the code
	$(CARGO) fmt --all
