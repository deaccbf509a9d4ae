'use strict';

/*
 * How badly the server behaves. Each knob has a value for the whole server and
 * may be turned for one request: by the query (`?latency-ms=50`) or a header
 * (`x-knob-latency-ms: 50`); the query wins.
 */

const { Refusal } = require('./refusal');

const KNOBS = {
  'latency-ms': { min: 0, max: 600_000, otherwise: 0 },
  'jitter-ms': { min: 0, max: 600_000, otherwise: 0 },
  'fault-rate': { min: 0, max: 1, otherwise: 0 },
  'fault-status': { min: 400, max: 599, otherwise: 503, isInteger: true },
  'slow-share': { min: 0, max: 1, otherwise: 0 },
  'slow-ms': { min: 0, max: 600_000, otherwise: 1000 },
};

/** @typedef {Record<string, number>} Knobs */

/** @returns {number} */
function parseKnob(name, text) {
  const { min, max, isInteger } = KNOBS[name];
  const value = typeof text === 'string' && text.trim() ? Number(text) : text;
  if (
    typeof value !== 'number' ||
    !(value >= min && value <= max) ||
    (isInteger && !Number.isInteger(value))
  )
    throw new Refusal(400, `${name} must be ${min} to ${max}`, name);
  return value;
}

/**
 * @param {Record<string, unknown>} [given] by the names of KNOBS
 * @returns {Knobs}
 */
function resolveKnobs(given = {}) {
  const unknown = Object.keys(given).find((name) => !(name in KNOBS));
  if (unknown !== undefined)
    throw new Refusal(400, `no knob is called ${unknown}`, unknown);
  return Object.fromEntries(
    Object.entries(KNOBS).map(([name, { otherwise }]) => [
      name,
      parseKnob(name, given[name] ?? otherwise),
    ]),
  );
}

/**
 * @param {Knobs} knobs of the server
 * @param {URLSearchParams} query
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @returns {Knobs}
 */
function turnKnobs(knobs, query, headers) {
  const turned = { ...knobs };
  for (const name of Object.keys(KNOBS)) {
    const text = query.get(name) ?? headers[`x-knob-${name}`];
    if (text !== undefined) turned[name] = parseKnob(name, text);
  }
  return turned;
}

/**
 * What the dice say for one request.
 * @param {Knobs} knobs
 * @param {() => number} random from 0 up to but not 1
 * @returns {{ delayMs: number, faultStatus: number | undefined }}
 */
function rollDice(knobs, random) {
  const isSlow = random() < knobs['slow-share'];
  const isFault = random() < knobs['fault-rate'];
  const delayMs =
    knobs['latency-ms'] +
    random() * knobs['jitter-ms'] +
    (isSlow ? knobs['slow-ms'] : 0);
  return {
    delayMs,
    faultStatus: isFault ? knobs['fault-status'] : undefined,
  };
}

module.exports = { KNOBS, resolveKnobs, rollDice, turnKnobs };
