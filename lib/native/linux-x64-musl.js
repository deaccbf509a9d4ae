'use strict';

/* The addon for linux-x64-musl, for bundlers to follow: docs/install.md. */

const { useEntry } = require('./addon');

useEntry('linux-x64-musl', () =>
  // @ts-ignore: `make prebuilds` makes this file
  require('../../prebuilds/linux-x64-musl/performance_client.node'),
);
