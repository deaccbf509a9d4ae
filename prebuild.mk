# --- the prebuilt addons: every library inside, for machines without a compiler --

# make prebuilds TARGETS=linux-x64 builds one; without it all four.
PREBUILDS := linux-x64 linux-arm64 linux-x64-musl linux-arm64-musl
TARGETS ?= $(PREBUILDS)

.PHONY: prebuild-packages
prebuild-packages: | packages
	@scripts/setup.sh prebuild

.PHONY: prebuilds
prebuilds: | prebuild-packages
	@scripts/prebuild/fetch.sh
	@scripts/prebuild/build.sh $(TARGETS)
