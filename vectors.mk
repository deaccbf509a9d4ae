# --- vectors alone: how fast, how exact, on which processors ----------------

# Once more, optimised as the addon is, without Node, sanitizers or engine.
VECTORS := build/vectors
VECTOR_SOURCES := $(filter src/base/% src/wire/json/% src/wire/vectors/%,$(CORE))
VECTOR_FLAGS = -std=c11 -D_GNU_SOURCE -O3 -Wall -Wextra -Wpedantic -Wshadow \
  -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla $(WERROR) -Isrc

# How fast an answer is read on one core.
.PHONY: bench-decoding
bench-decoding: $(VECTORS)/decoding | run-packages
	@node benchmark/decoding.js $<

$(VECTORS)/decoding: benchmark/decoding.c $(VECTOR_SOURCES) $(C_HEADERS) \
  $(filter src/wire/answers/%,$(CORE)) | build-packages
	@mkdir -p $(@D)
	@$(CC) $(VECTOR_FLAGS) $(filter %.c,$^) -lm -o $@

# Every float32, printed somehow, against strtof: half an hour of one core.
PARTS := 64

.PHONY: every-float
every-float: $(VECTORS)/every_float
	@seq 0 $$(($(PARTS) - 1)) | \
	  nice xargs -P $$(nproc) -I{} $< {} $(PARTS)

$(VECTORS)/every_float: test/exhaustive/every_float.c $(VECTOR_SOURCES) \
  $(C_HEADERS) | build-packages
	@mkdir -p $(@D)
	@$(CC) $(VECTOR_FLAGS) $(filter %.c,$^) -lm -o $@

# The tests of src/wire/vectors on an emulated AArch64, and on an x86-64 that
# lacks what PC_SIMD asks for. The compiler is that of the prebuilt addons; the
# emulators are those of Debian's qemu-user-static.
ZIG ?= build/third_party/zig/zig
VECTOR_TESTS := $(notdir $(basename \
  $(filter test/native/wire/vectors/%,$(NATIVE_TESTS))))
ARM64_TESTS := $(VECTOR_TESTS:%=$(VECTORS)/arm64/%)
BARE_TESTS := $(VECTOR_TESTS:%=$(VECTORS)/bare/%)

.PHONY: vector-test
vector-test: $(ARM64_TESTS) $(BARE_TESTS)
	@for test in $(ARM64_TESTS); do \
	  echo "$$test"; qemu-aarch64-static $$test; done
	@for test in $(BARE_TESTS); do \
	  echo "$$test"; qemu-x86_64-static -cpu qemu64,-sse4.1 $$test; done

EMULATED_TESTS := $(ARM64_TESTS) $(BARE_TESTS)
$(ARM64_TESTS): TRIPLE := aarch64-linux-musl
$(BARE_TESTS): TRIPLE := x86_64-linux-musl
$(EMULATED_TESTS): export ZIG_LOCAL_CACHE_DIR := $(VECTORS)/zig-cache
$(EMULATED_TESTS): export ZIG_GLOBAL_CACHE_DIR := $(VECTORS)/zig-cache

define compile-emulated
  @mkdir -p $(@D)
  @echo "  zig cc -target $(TRIPLE) $<"
  @$(ZIG) cc -target $(TRIPLE) -static $(VECTOR_FLAGS) -Itest/native \
    $(filter %.c,$^) -lm -o $@
endef

$(ARM64_TESTS): $(VECTORS)/arm64/%: test/native/wire/vectors/%.c \
  $(VECTOR_SOURCES) $(C_HEADERS) | $(ZIG)
	$(compile-emulated)

$(BARE_TESTS): $(VECTORS)/bare/%: test/native/wire/vectors/%.c \
  $(VECTOR_SOURCES) $(C_HEADERS) | $(ZIG)
	$(compile-emulated)

$(ZIG):
	@echo "$(ZIG) is missing: make third-party fetches it" >&2; exit 1
