# The proxy among callers, browsers and upstreams that misbehave: SEED, MINUTES,
# and KINDS for some of the misbehaviours.

.PHONY: siege
siege: build | run-packages
	@SEED=$(SEED) MINUTES=$(MINUTES) node proxy/test/siege/main.js
