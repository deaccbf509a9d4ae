# --- the benchmark: beside the peers a user would pick ---------------------

# WORKS=T,E selects works, ROUNDS=5 is how often, SCALE=0.1 a quick look. Half
# an hour for all; benchmark/results/ keeps each work's figures until it is
# measured again.
BENCH := build/bench
BENCH_WITH = WORKS=$(WORKS) ROUNDS=$(ROUNDS) SCALE=$(SCALE)

.PHONY: bench
bench: build benchmark/node_modules/.package-lock.json $(BENCH)/server \
  $(BENCH)/floor $(BENCH)/connections build/vectors/decoding | run-packages
	@$(BENCH_WITH) node benchmark/run.js

# What all kept results say: tables, bars, plot.svg and docs/benchmark.md.
.PHONY: bench-report
bench-report:
	@node benchmark/report.js

# The peers that are not a matter of npm; without them `make bench` names what
# it leaves out. The Rust proxy wants cargo, and takes minutes.
.PHONY: bench-peers bench-rust-proxy
bench-peers: $(BENCH)/python/installed
bench-rust-proxy: $(BENCH)/rust-proxy

$(BENCH)/python/installed: benchmark/python/requirements.txt
	@echo "pip install, in $(@D)"
	@python3 -m venv $(@D)
	@$(@D)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Any Git repository that has the commit.
TRUSS ?= https://github.com/basetenlabs/truss
TRUSS_COMMIT := 0bee989b9ec85ed9d29374ab4d7e2883e49de87e
TRUSS_CRATES := $(BENCH)/truss/baseten-performance-client

$(BENCH)/rust-proxy:
	@mkdir -p $(BENCH)/truss
	@git init --quiet --bare $(BENCH)/truss/.git
	@git -C $(BENCH)/truss fetch --quiet --depth 1 $(TRUSS) $(TRUSS_COMMIT)
	@git -C $(BENCH)/truss archive $(TRUSS_COMMIT) $(notdir $(TRUSS_CRATES)) \
	  | tar -x -C $(BENCH)/truss
	@cargo build --release --locked --manifest-path $(TRUSS_CRATES)/Cargo.toml \
	  --package baseten-performance-reverse-proxy
	@cp $(TRUSS_CRATES)/target/release/baseten-performance-proxy $@

# Beside nginx and a Node.js proxy that parses JSON: WORKS=S,D,L,M ROUNDS=3.
.PHONY: bench-proxy
bench-proxy: build node_modules/.package-lock.json $(BENCH)/server \
  | run-packages
	@$(BENCH_WITH) node benchmark/proxy/run.js

# Single calls, plain and coalesced, against a server that is slow a request.
.PHONY: bench-coalesce
bench-coalesce: build node_modules/.package-lock.json | run-packages
	@node benchmark/coalesce/run.js

# Servers that refuse what is too much, a fixed window beside limits that adapt:
# REQUESTS=4000 each way. Draws docs/rate-limits.svg.
.PHONY: bench-limits
bench-limits: build node_modules/.package-lock.json | run-packages
	@REQUESTS=$(REQUESTS) node benchmark/limits/run.js

# The bulk command beside embedStream alone: SCALE=16 ROUNDS=3 FORMATS=npy.
.PHONY: bench-bulk
bench-bulk: build node_modules/.package-lock.json $(BENCH)/server | run-packages
	@SCALE=$(or $(SCALE),1) ROUNDS=$(or $(ROUNDS),3) node benchmark/bulk/run.js

# Workers of a queue, 1 to 8, beside what the simulation says of them.
.PHONY: bench-scale
bench-scale: build node_modules/.package-lock.json | run-packages queue-packages
	@node benchmark/bulk/scale.js

# No lock: the peers are named by exact versions and depend on nothing but
# the Rust client's binaries, one of which was never published, so that npm ci
# refuses whatever lock npm writes.
benchmark/node_modules/.package-lock.json: benchmark/package.json
	@echo "npm install, in benchmark"
	@npm install --prefix benchmark --no-package-lock --ignore-scripts \
	  --no-audit --no-fund --loglevel=error
	@touch $@

$(BENCH)/floor $(BENCH)/connections: benchmark/floor.h

$(BENCH)/%: benchmark/%.c | build-packages
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wpedantic $(WERROR) $< \
	  $(shell pkg-config --cflags --libs libcurl) -o $@
