'use strict';

const { openWith } = require('./ours');

const open = (site) => openWith(site, { hedgeDelay: 0.2 });

module.exports = { label: 'this client, hedging', open };
