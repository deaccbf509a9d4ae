'use strict';

const fs = require('node:fs');

const { JobError, UsageError } = require('../base/errors');
const { readJson } = require('../base/files');
const { FORMATS, formatNameOf } = require('../formats/formats');
const { readManifest } = require('../parts/manifest');
const { collectParts, placesOf, totalsOf } = require('../parts/merge');

/** @typedef {import('../parts/merge').Totals} Totals */

/** @param {Totals} totals */
function totalLines({ rows, written, failed, bad, tokens, dimensions }) {
  return [
    `input rows  ${rows}`,
    `written     ${written}${dimensions > 0 ? ` x ${dimensions}` : ''}`,
    `failed      ${failed}`,
    `bad         ${bad}`,
    `tokens      ${tokens}`,
  ];
}

/** @param {import('../parts/manifest').Manifest} manifest */
function termLines({ terms, baseUrl }) {
  const inputs = terms.inputs.map(({ name }) => name).join(', ');
  return [
    `command     ${terms.command}${terms.model === null ? '' : `, model ${terms.model}`}`,
    `server      ${baseUrl}`,
    `inputs      ${inputs}`,
    `format      ${terms.format}`,
  ];
}

/**
 * A job that is under way, or has failed rows.
 * @param {string} state
 * @param {import('../parts/manifest').Manifest} manifest
 */
function stateLines(state, manifest) {
  const { shards } = manifest.terms;
  const { parts, missing } = collectParts(state, shards);
  const totals = totalsOf(parts);
  const shown = missing.slice(0, 10).join(', ');
  const more = missing.length > 10 ? ` and ${missing.length - 10} more` : '';
  return {
    totals,
    isMissing: missing.length > 0,
    lines: [
      ...termLines(manifest),
      ...totalLines(totals),
      `parts       ${parts.length} finished`,
      `shards      ${shards - missing.length} of ${shards} complete${missing.length > 0 ? `, missing ${shown}${more}` : ''}`,
    ],
  };
}

/**
 * Does the file hold what its manifest says?
 * @param {string} output
 * @param {Totals | undefined} totals
 */
async function fileLines(output, totals) {
  const name = formatNameOf(output);
  const found = await FORMATS[name].inspect(output);
  const { rows, dimensions } = found;
  const line = `holds       ${rows} rows${dimensions ? ` x ${dimensions}` : ''}`;
  const fits =
    !totals ||
    (rows === totals.written && (dimensions ?? 0) === totals.dimensions);
  return { lines: [line], fits };
}

/**
 * Says what is in an output, what is missing, and whether it fits its manifest.
 * @param {string} output
 * @returns {Promise<{ text: string, isWhole: boolean, hasFailures: boolean }>}
 */
async function inspect(output) {
  const isFolder = fs.existsSync(output) && fs.statSync(output).isDirectory();
  const places = placesOf(output, isFolder);
  const underWay = readManifest(places.state);
  const finished = readJson(places.manifest);
  const isThere = !isFolder && fs.existsSync(output);
  if (!underWay && !finished && !isThere)
    throw new UsageError(
      `there is no output, and no part of one, at ${output}`,
    );
  const state = underWay && stateLines(places.state, underWay);
  const known = finished && [
    ...termLines(finished),
    ...totalLines(finished.totals),
  ];
  const lines = [`output      ${output}`, ...(state?.lines ?? known ?? [])];
  const totals = finished?.totals;
  if (isThere) {
    const file = await fileLines(output, totals);
    lines.push(...file.lines);
    if (!file.fits)
      throw new JobError(
        `${lines.join('\n')}\n${output} does not fit its manifest`,
      );
    lines.push(finished ? 'fits its manifest' : 'has no manifest');
  }
  const counted = state?.totals ?? totals;
  return {
    text: lines.join('\n'),
    isWhole: !state?.isMissing,
    hasFailures: Boolean(counted && counted.failed + counted.bad > 0),
  };
}

module.exports = { inspect };
