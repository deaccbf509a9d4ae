# --- faults on purpose: included by the Makefile ----------------------------

# The core once more, its allocations redirected to those of failing_alloc.c.
STARVED := $(NATIVE)/libcore-starved.a
NO_MEMORY := $(NATIVE)/engine/no_memory

$(STARVED): $(NATIVE)/libcore.a
	@objcopy $(foreach name,malloc calloc realloc strdup curl_global_init,\
	  --redefine-sym $(name)=failing_$(name)) $< $@

$(NO_MEMORY): $(NATIVE)/%: $(NATIVE)/test/native/%.o $(SHARED_OBJECTS) \
  $(STARVED)
	@mkdir -p $(@D)
	@$(CC) $(SANITIZE) $^ $(LIBRARIES) -o $@

-include $(NO_MEMORY:$(NATIVE)/%=$(NATIVE)/test/native/%.d)

# The address sanitizer finds what leaks; under TSan it would only take long.
ifneq ($(SANITIZER),thread)
native-test: $(NO_MEMORY)
TESTS += $(NO_MEMORY)
endif

# A million answers at random, right ones and hostile ones, read by libcurl and
# by us. The C tests read a few thousand.
.PHONY: answers
answers: $(NATIVE)/net/answers_test | native-packages
	@PC_TEST_LONG=167 PC_TEST_SECONDS=3600 scripts/native-test.sh $<

.PHONY: chaos
chaos: build | run-packages
	@SEED=$(SEED) node test/chaos/main.js
	@SEED=$(SEED) node test/chaos/main.js descriptors
	@SEED=$(SEED) test/helpers/namespace.sh node test/chaos/main.js names
	@SEED=$(SEED) test/helpers/namespace.sh node test/chaos/main.js link

# The lane beside libcurl's transfers, a million exchanges with faults.
EXCHANGES ?= 1000000

.PHONY: ways
ways: $(NATIVE)/net/ways_test | native-packages
	@$< $(SEED) $(EXCHANGES)
