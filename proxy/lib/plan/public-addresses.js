'use strict';

/**
 * Which addresses a caller may make the proxy connect to: those of the public
 * internet, so that no machine beside the proxy, no metadata service and no
 * container is reached through it.
 */

const dns = require('node:dns');
const net = require('node:net');

/** Special-purpose blocks (IANA's registries), multicast included. */
const BLOCKS = {
  ipv4: [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ],
  // Global unicast is 2000::/3 alone; the rest are blocks within it.
  ipv6: [
    ['::', 3],
    ['4000::', 2],
    ['8000::', 1],
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['3fff::', 20],
  ],
};

/**
 * A list for each family: one list would take an IPv4 address for the IPv6
 * address that it is mapped to.
 * @param {'ipv4' | 'ipv6'} family
 */
function blockList(family) {
  const list = new net.BlockList();
  for (const [address, bits] of BLOCKS[family])
    list.addSubnet(String(address), Number(bits), family);
  return list;
}

const SPECIAL_IPV4 = blockList('ipv4');

const SPECIAL_IPV6 = blockList('ipv6');

/**
 * @param {string} address
 * @returns {boolean}
 */
function isPublicAddress(address) {
  switch (net.isIP(address)) {
    case 4:
      return !SPECIAL_IPV4.check(address, 'ipv4');
    case 6:
      return !SPECIAL_IPV6.check(address, 'ipv6');
    default:
      return false;
  }
}

/**
 * May this host be asked for at all? A name is judged once it is looked up.
 * @param {string} hostname of a URL
 * @returns {boolean}
 */
function mayBePublic(hostname) {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (net.isIP(bare) !== 0) return isPublicAddress(bare);
  return !/(^|\.)localhost\.?$/i.test(hostname);
}

/**
 * Looks a host up as sockets do. One address that is not public refuses them
 * all; the connection goes to what was judged, so a name cannot change its
 * mind between.
 * @param {string} hostname
 * @param {dns.LookupAllOptions} options
 * @param {(error: NodeJS.ErrnoException | null, addresses: any, family?: number) => void} callback
 */
function lookupPublic(hostname, options, callback) {
  dns.lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, []);
    if (!found.every(({ address }) => isPublicAddress(address))) {
      const refused = new Error(`${hostname} has no public address`);
      return callback(
        Object.assign(refused, { code: 'ERR_ADDRESS_NOT_PUBLIC' }),
        [],
      );
    }
    if (options.all) return callback(null, found);
    callback(null, found[0].address, found[0].family);
  });
}

module.exports = { isPublicAddress, lookupPublic, mayBePublic };
