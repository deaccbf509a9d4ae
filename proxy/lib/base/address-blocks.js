'use strict';

const net = require('node:net');

/** IPv4 as IPv6 sockets tell it. */
const MAPPED = /^::ffff:(?=\d+\.)/i;

/** @param {string} address */
function familyOf(address) {
  return net.isIPv4(address) ? 'ipv4' : 'ipv6';
}

/**
 * @param {string} text an address, or a block of them (10.0.0.0/8)
 * @returns {{ address: string, bits: number } | undefined} for neither
 */
function parseBlock(text) {
  const [address, bits, more] = text.replace(/[[\]]/g, '').split('/');
  const most = net.isIPv4(address) ? 32 : 128;
  const size = bits === undefined ? most : Number(bits);
  const isBlock =
    net.isIP(address) !== 0 &&
    more === undefined &&
    /^\d+$/.test(bits ?? '0') &&
    size <= most;
  return isBlock ? { address, bits: size } : undefined;
}

/** Addresses and blocks of them. */
class AddressBlocks {
  #list = new net.BlockList();

  /** @param {readonly string[]} texts those that are no blocks are left out */
  constructor(texts) {
    for (const text of texts) {
      const block = parseBlock(text);
      if (block)
        this.#list.addSubnet(
          block.address,
          block.bits,
          familyOf(block.address),
        );
    }
  }

  /**
   * @param {string} address
   * @returns {boolean} false for what is no address
   */
  has(address) {
    const plain = address.replace(MAPPED, '');
    return net.isIP(plain) !== 0 && this.#list.check(plain, familyOf(plain));
  }
}

module.exports = { AddressBlocks, parseBlock };
