'use strict';

/** A setting that stops the start; the message is all there is to say. */
class ConfigError extends Error {}

Object.defineProperty(ConfigError.prototype, 'name', {
  value: 'ConfigError',
  writable: true,
  configurable: true,
});

module.exports = { ConfigError };
