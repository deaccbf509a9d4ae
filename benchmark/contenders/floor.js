'use strict';

const { floorCommand } = require('../programs');

/** What libcurl's transfers cost alone. */
module.exports = {
  label: "libcurl's transfers in C",
  command: (site, job) => floorCommand('floor', site, job),
};
