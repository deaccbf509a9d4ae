'use strict';

/* The addon for linux-x64, for bundlers to follow: docs/install.md. */

const { useEntry } = require('./addon');

useEntry('linux-x64', () =>
  // @ts-ignore: `make prebuilds` makes this file
  require('../../prebuilds/linux-x64/performance_client.node'),
);
