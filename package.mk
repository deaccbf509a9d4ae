# --- the package: what is published, and whether it works where users are ---

# The tarballs of the client and the programs, in dist/; wants `make prebuilds`.
.PHONY: package
package:
	@node scripts/package.js

# WHERE="debian-12 musl" selects cases or groups, WHERE=list names them all.
.PHONY: install-test
install-test: node_modules/.package-lock.json
	@node test/install/main.js $(WHERE)
