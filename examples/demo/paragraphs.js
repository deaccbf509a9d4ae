'use strict';

const fs = require('node:fs');
const path = require('node:path');

const MIN_CHARACTERS = 40; // shorter ones are headings and labels
const MAX_CHARACTERS = 1000;

/** @typedef {{ source: string, text: string }} Paragraph */

const squeeze = (text) => text.replace(/\s+/g, ' ').trim();

const hasWords = (text) => /[\p{L}\p{N}]/u.test(text);

/**
 * Makes prose of Markdown: no fenced code, a paragraph for each list item and
 * table row, no signs of emphasis.
 */
function unmark(text) {
  return text
    .replace(/^[^\S\n]*(```|~~~).*\n[^]*?^[^\S\n]*\1.*$/gm, '')
    .replace(/^\|[-:| ]+\|$/gm, '')
    .replace(/^#+ .*$/gm, '\n')
    .replace(/^[^\S\n]*([-*+]|\d+\.)[^\S\n]+/gm, '\n')
    .replace(/^\|(.*)\|$/gm, (row, cells) => `\n${cells.replaceAll('|', '·')}`)
    .replace(/\[([^\]\n]+)\]\([^)\n]*\)/g, '$1')
    .replace(/[`*]+/g, '');
}

/** Cuts what is too long after a sentence, else a word, else anywhere. */
function breakLong(text) {
  const pieces = [];
  let rest = text;
  while (rest.length > MAX_CHARACTERS) {
    const window = rest.slice(0, MAX_CHARACTERS);
    const sentence = window.search(/[.!?。！？](?=[^.!?。！？]*$)/u) + 1;
    const word = window.lastIndexOf(' ');
    let cut = [sentence, word].find((at) => at > MAX_CHARACTERS / 2);
    cut ??= MAX_CHARACTERS - Number(/[\ud800-\udbff]$/.test(window));
    pieces.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  return rest ? [...pieces, rest] : pieces;
}

/**
 * @param {string} text
 * @returns {string[]} what stands between blank lines; short ones count only
 *   when there is nothing else
 */
function splitParagraphs(text) {
  const all = text
    .split(/\n[^\S\n]*\n/)
    .map(squeeze)
    .filter(hasWords)
    .flatMap(breakLong);
  const long = all.filter((paragraph) => paragraph.length >= MIN_CHARACTERS);
  return long.length > 0 ? long : all;
}

function readText(file) {
  let bytes;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    throw new Error(`cannot read ${file}: ${error.message}`, { cause: error });
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.replace(/\r\n?/g, '\n');
  } catch (error) {
    throw new Error(`${file} is not UTF-8 text`, { cause: error });
  }
}

/** A path is told from here, unless the way leads up and down again. */
function nameFromHere(file) {
  const relative = path.relative('.', file);
  return relative.startsWith('..') ? file : relative;
}

/** This repository's own documents. */
function listDocuments(root) {
  return ['.', 'docs']
    .filter((folder) => fs.existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      fs
        .readdirSync(path.join(root, folder))
        .filter((name) => name.endsWith('.md'))
        .sort()
        .map((name) => path.join(root, folder, name)),
    );
}

/**
 * @param {string[]} files
 * @returns {Paragraph[]}
 */
function readParagraphs(files) {
  const paragraphs = files.flatMap((file) => {
    const text = readText(file);
    const prose = file.endsWith('.md') ? unmark(text) : text;
    const source = nameFromHere(file);
    return splitParagraphs(prose).map((paragraph) => ({
      source,
      text: paragraph,
    }));
  });
  if (paragraphs.length === 0)
    throw new Error(`no paragraph in ${files.join(', ') || 'no file'}`);
  return paragraphs;
}

module.exports = { listDocuments, readParagraphs, splitParagraphs, unmark };
