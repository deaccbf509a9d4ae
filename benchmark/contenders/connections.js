'use strict';

const { floorCommand } = require('../programs');

/** What bytes on libcurl's connections cost alone. */
module.exports = {
  label: "libcurl's connections in C",
  command: (site, job) => floorCommand('connections', site, job),
};
