'use strict';

const dns = require('node:dns');

const { native } = require('baseten-performance-client/internal');

/**
 * Looks a host up as sockets do, and leaves out the addresses that are not
 * public, as the engine does for batches: no machine beside the proxy, no
 * metadata service and no container is reached by a name. The connection goes
 * to what was judged, so a name cannot change its mind between.
 * @param {string} hostname
 * @param {dns.LookupOptions} options
 * @param {(error: NodeJS.ErrnoException | null, addresses: any, family?: number) => void} callback
 */
function lookupPublic(hostname, options, callback) {
  dns.lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, []);
    const open = found.filter(({ address }) =>
      native().isPublicAddress(address),
    );
    if (open.length === 0) {
      const refused = new Error(`${hostname} has no public address`);
      return callback(
        Object.assign(refused, { code: 'ERR_ADDRESS_NOT_PUBLIC' }),
        [],
      );
    }
    if (options.all) return callback(null, open);
    callback(null, open[0].address, open[0].family);
  });
}

module.exports = { lookupPublic };
