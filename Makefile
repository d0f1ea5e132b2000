# `make` alone lists what there is to do. Everything runs on a Debian machine with Rust and Node.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CARGO ?= cargo
XIAOHAO := target/release/xiaohao
DEMO_DATA ?= demo-data
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help tools build demo demo-clean test lint fmt bench-log bench-geofence bench-load campaign-kill campaign-power campaign-simulation campaign-points campaign-rules campaign-limits

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
	$(XIAOHAO) demo --log warn --data $(DEMO_DATA)

demo-clean: ## forget the demo's data
	rm -rf $(DEMO_DATA)

test: tools ## all tests, from the pure core to the real binary
	$(CARGO) test --release --workspace

lint: ## formatting and clippy, warnings are errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --workspace --all-targets -- -D warnings

fmt: ## format the code
	$(CARGO) fmt --all

bench-geofence: tools ## geofence against rstar + geo at 33,000 cells, every answer compared
	$(CARGO) bench -p xh-atlas --bench geofence

bench-log: tools ## durable appends, preallocated against growing
	$(CARGO) run --release -p xh-journal --example append_bench

LOAD_DATA ?= load-data
RATE ?= 15000
BATCH ?= 1
SECONDS ?= 60
bench-load: tools ## open-loop load on a fresh node (RATE, BATCH, SECONDS); the node's directory is LOAD_DATA
	$(CARGO) build --release -p xiaohao -p xh-throughput
	rm -rf $(LOAD_DATA) $(LOAD_DATA)-forms
	target/release/xh-throughput forms --to $(LOAD_DATA)-forms
	$(XIAOHAO) --data $(LOAD_DATA) --log warn import organisations $(LOAD_DATA)-forms
	$(XIAOHAO) --data $(LOAD_DATA) --log warn serve & echo $$! > $(LOAD_DATA).pid; \
	until [ -e $(LOAD_DATA)/server.json ]; do sleep 0.1; done; \
	target/release/xh-throughput load --data $(LOAD_DATA) --rate $(RATE) --batch $(BATCH) --seconds $(SECONDS); \
	kill $$(cat $(LOAD_DATA).pid); rm -f $(LOAD_DATA).pid

campaign-kill: tools ## kill -9 fifty times under load; 100,000 open and 1,000,000 closed at the restart
	XIAOHAO_KILLS=50 XIAOHAO_OPEN=100000 XIAOHAO_CLOSED=1000000 $(CARGO) test --release -p xiaohao --test kill -- --nocapture

campaign-power: tools ## five hundred power-loss images of the loaded server
	XIAOHAO_IMAGES=500 $(CARGO) test --release -p xiaohao --test power_loss -- --nocapture

campaign-simulation: tools ## many seeds of the whole city with faults
	XIAOHAO_SIM_SEEDS=200 $(CARGO) test --release -p xh-simulation -- --nocapture

campaign-points: tools ## a million points against brute force, a million deadlines against the slow oracle
	XIAOHAO_POINTS=1000000 $(CARGO) test --release -p xh-atlas --test brute_force -- --nocapture
	XIAOHAO_CASES=1000000 $(CARGO) test --release -p xh-almanac --test against_the_oracle -- --nocapture

campaign-rules: tools ## a million random sequences of orders: the books stay sound whatever is ordered
	XIAOHAO_SEQUENCES=1000000 $(CARGO) test --release -p xh-domain --test random -- --nocapture

campaign-limits: tools ## a hundred thousand random limits against the slow oracle, 2023 to 2026
	XIAOHAO_CASES=100000 $(CARGO) test --release -p xh-almanac --test against_the_oracle -- --nocapture
