'use strict';

/**
 * An extension that is no timestamp.
 * @typedef {{ type: number, data: Uint8Array }} Extension
 */

const TIMESTAMP = -1;
const MS_PER_S = 1000;
const NS_PER_MS = 1e6;

/** Bits of a timestamp of 64 that hold its seconds; the rest are nanoseconds. */
const SECONDS_BITS = 34n;

/**
 * Reads a value that the engine has checked: the bytes are whole and nest no
 * deeper than it allows, so nothing here is looked at twice.
 */
class Reader {
  #bytes;
  #view;
  #at = 0;

  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @returns {any} */
  value() {
    const lead = this.#bytes[this.#at++];
    if (lead < 0x80) return lead;
    if (lead < 0x90) return this.#map(lead & 0x0f);
    if (lead < 0xa0) return this.#list(lead & 0x0f);
    if (lead < 0xc0) return this.#text(lead & 0x1f);
    return lead < 0xe0 ? this.#listed(lead) : lead - 0x100;
  }

  /** @param {number} lead */
  #listed(lead) {
    switch (lead) {
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#copy(this.#size(lead - 0xc4));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#size(lead - 0xc7));
      case 0xca:
        return this.#view.getFloat32(this.#take(4));
      case 0xcb:
        return this.#view.getFloat64(this.#take(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#size(lead - 0xcc);
      case 0xcf:
        return toNumber(this.#view.getBigUint64(this.#take(8)));
      case 0xd0:
        return this.#view.getInt8(this.#take(1));
      case 0xd1:
        return this.#view.getInt16(this.#take(2));
      case 0xd2:
        return this.#view.getInt32(this.#take(4));
      case 0xd3:
        return toNumber(this.#view.getBigInt64(this.#take(8)));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (lead - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#size(lead - 0xd9));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#size(lead - 0xdb));
      case 0xde:
      case 0xdf:
        return this.#map(this.#size(lead - 0xdd));
      default:
        return null;
    }
  }

  /**
   * Passes over some bytes and says where they begin.
   * @param {number} count
   */
  #take(count) {
    const at = this.#at;
    this.#at += count;
    return at;
  }

  /**
   * An unsigned integer of 1, 2 or 4 bytes.
   * @param {number} power of two
   */
  #size(power) {
    if (power === 0) return this.#bytes[this.#at++];
    return power === 1
      ? this.#view.getUint16(this.#take(2))
      : this.#view.getUint32(this.#take(4));
  }

  /** @param {number} size */
  #text(size) {
    const at = this.#take(size);
    return this.#bytes.toString('utf8', at, at + size);
  }

  /**
   * Memory of its own, which begins with the bytes: they can be looked at as
   * numbers of any size, and do not keep the whole answer.
   * @param {number} size
   */
  #copy(size) {
    const at = this.#take(size);
    return new Uint8Array(this.#bytes.subarray(at, at + size));
  }

  /** @param {number} count */
  #list(count) {
    const list = new Array(count);
    for (let i = 0; i < count; i++) list[i] = this.value();
    return list;
  }

  /** @param {number} count */
  #map(count) {
    /** @type {Record<string, unknown>} */
    const map = {};
    for (let i = 0; i < count; i++) {
      const name = String(this.value());
      const value = this.value();
      if (name === '__proto__') setPlainly(map, name, value);
      else map[name] = value;
    }
    return map;
  }

  /**
   * @param {number} size
   * @returns {Date | Extension}
   */
  #extension(size) {
    const type = this.#view.getInt8(this.#take(1));
    const isTimestamp = size === 4 || size === 8 || size === 12;
    return type === TIMESTAMP && isTimestamp
      ? this.#date(size)
      : { type, data: this.#copy(size) };
  }

  /** @param {number} size */
  #date(size) {
    const at = this.#take(size);
    if (size === 4) return dateOf(this.#view.getUint32(at), 0);
    if (size === 12)
      return dateOf(
        Number(this.#view.getBigInt64(at + 4)),
        this.#view.getUint32(at),
      );
    const both = this.#view.getBigUint64(at);
    return dateOf(
      Number(BigInt.asUintN(Number(SECONDS_BITS), both)),
      Number(both >> SECONDS_BITS),
    );
  }
}

/**
 * @param {number} seconds
 * @param {number} nanoseconds
 */
function dateOf(seconds, nanoseconds) {
  return new Date(seconds * MS_PER_S + Math.floor(nanoseconds / NS_PER_MS));
}

/**
 * A number, unless it would be another one then.
 * @param {bigint} whole
 */
function toNumber(whole) {
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : whole;
}

/**
 * As JSON.parse does: a name of the object's own, which sets no prototype.
 * @param {object} object
 * @param {string} name
 * @param {unknown} value
 */
function setPlainly(object, name, value) {
  Object.defineProperty(object, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/**
 * The value of an answer that came as MessagePack.
 * @param {Buffer} bytes that the engine has checked
 * @returns {any} bin is a Uint8Array, a timestamp a Date, an integer that is no
 * safe number a bigint
 */
function readMessagePack(bytes) {
  return new Reader(bytes).value();
}

module.exports = { readMessagePack };
