'use strict';

/*
 * How badly the server behaves. Each knob has a value for the whole server and
 * may be turned for one request: by the query (`?latency-ms=50`) or a header
 * (`x-knob-latency-ms: 50`); the query wins.
 */

const { Refusal } = require('./refusal');

const KNOBS = {
  latencyMs: { min: 0, max: 600_000, otherwise: 0 },
  jitterMs: { min: 0, max: 600_000, otherwise: 0 },
  faultRate: { min: 0, max: 1, otherwise: 0 },
  faultStatus: { min: 400, max: 599, otherwise: 503, isInteger: true },
  slowShare: { min: 0, max: 1, otherwise: 0 },
  slowMs: { min: 0, max: 600_000, otherwise: 1000 },
  eventMs: { min: 0, max: 600_000, otherwise: 0 },
};

/** @typedef {Record<string, number>} Knobs */

/**
 * A knob's name in queries, headers and flags.
 * @param {string} name
 */
function spelledOut(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * @param {string} name
 * @param {unknown} given a number or its text
 * @param {string} shown the name as it was given
 * @returns {number}
 */
function parseKnob(name, given, shown) {
  const { min, max, isInteger } = KNOBS[name];
  const value =
    typeof given === 'string' && given.trim() ? Number(given) : given;
  if (
    typeof value !== 'number' ||
    !(value >= min && value <= max) ||
    (isInteger && !Number.isInteger(value))
  )
    throw new Refusal(400, `${shown} must be ${min} to ${max}`, shown);
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
      parseKnob(name, given[name] ?? otherwise, name),
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
    const shown = spelledOut(name);
    const text = query.get(shown) ?? headers[`x-knob-${shown}`];
    if (text !== undefined) turned[name] = parseKnob(name, text, shown);
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
  const isSlow = random() < knobs.slowShare;
  const isFault = random() < knobs.faultRate;
  const delayMs =
    knobs.latencyMs + random() * knobs.jitterMs + (isSlow ? knobs.slowMs : 0);
  return { delayMs, faultStatus: isFault ? knobs.faultStatus : undefined };
}

module.exports = { KNOBS, resolveKnobs, rollDice, spelledOut, turnKnobs };
