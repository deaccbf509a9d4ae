# --- the prebuilt addons: every library inside, for machines without a compiler --

# TARGETS=linux-x64 names one, TARGETS=all all four.
PREBUILDS := linux-x64 linux-arm64 linux-x64-musl linux-arm64-musl
CHOSEN := $(filter-out all,$(TARGETS))
ALL := $(filter all,$(TARGETS))

.PHONY: third-party
third-party:
	@scripts/setup.sh prebuild
	@scripts/prebuild/fetch.sh

.PHONY: prebuilds
prebuilds: third-party
	@scripts/prebuild/build.sh $(or $(CHOSEN),$(PREBUILDS))
	@node scripts/prebuild/describe.js

# Inspects all; builds the one for this machine, or TARGETS, once more in another
# folder, where the same bytes must come out.
.PHONY: prebuilds-check
prebuilds-check: prebuilds
	@scripts/prebuild/check.sh inspect $(or $(CHOSEN),$(PREBUILDS))
	@scripts/prebuild/check.sh rebuild \
	  $(or $(CHOSEN),$(if $(ALL),$(PREBUILDS),linux-x64))

# Compiled and linked, never run: no Mac is at hand. So it is not in prebuilds.
.PHONY: prebuilds-macos
prebuilds-macos: third-party
	@scripts/prebuild/build.sh darwin-arm64 darwin-x64

.PHONY: third-party-updates
third-party-updates: third-party
	@scripts/prebuild/updates.sh
