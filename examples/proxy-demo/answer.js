'use strict';

const MOST_ITEMS = 2;
const MOST_CHARACTERS = 160;

/**
 * An answer as a person wants to see it: of long lists the beginning, of
 * vectors their length.
 * @param {any} value
 * @returns {any}
 */
function abridge(value) {
  if (typeof value === 'string' && value.length > MOST_CHARACTERS)
    return `${value.slice(0, MOST_CHARACTERS)}…`;
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, abridge(one)]),
    );
  if (value.length > MOST_ITEMS && value.every(Number.isFinite))
    return `${value.length} numbers`;
  const rest = value.length - MOST_ITEMS;
  const shown = value.slice(0, MOST_ITEMS).map(abridge);
  return rest > 0 ? [...shown, `and ${rest} more`] : shown;
}

/**
 * Events of a stream in one line: what each adds to the answer.
 * @param {string} text
 */
function describeEvents(text) {
  const events = text.match(/(?<=^data: )\{.*/gm) ?? [];
  const added = events
    .flatMap((event) => JSON.parse(event).choices)
    .map(({ delta }) => delta.content ?? '')
    .filter(Boolean);
  return `${events.length} events: ${added.join('|')}`;
}

/**
 * @param {string} text JSON, events or something else
 * @returns {string}
 */
function describeAnswer(text) {
  if (text.startsWith('data: ')) return describeEvents(text);
  try {
    return JSON.stringify(abridge(JSON.parse(text)), null, 2);
  } catch {
    return text.trimEnd();
  }
}

module.exports = { describeAnswer };
