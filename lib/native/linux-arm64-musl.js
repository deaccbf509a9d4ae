'use strict';

/* The addon for linux-arm64-musl, for bundlers to follow: docs/install.md. */

const { useEntry } = require('./addon');

useEntry('linux-arm64-musl', () =>
  // @ts-ignore: `make prebuilds` makes this file
  require('../../prebuilds/linux-arm64-musl/performance_client.node'),
);
