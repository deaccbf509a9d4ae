'use strict';

const WIDTH = 76;
const EXCERPT = 210; // characters

const number = (value) => value.toLocaleString('en-US');

const count = (value, noun) =>
  `${number(value)} ${noun}${value === 1 ? '' : 's'}`;

function excerpt(text) {
  if (text.length <= EXCERPT) return text;
  return `${text.slice(0, text.lastIndexOf(' ', EXCERPT)).trimEnd()} …`;
}

/** Breaks a text into lines that are indented alike. */
function wrap(text, indent) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last && last.length + 1 + word.length > WIDTH - indent.length)
      lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines.map((line) => indent + line).join('\n');
}

function renderStages(stages) {
  const rows = stages.map(({ name, inputs, requests, seconds }) => [
    name,
    number(inputs),
    number(requests),
    `${seconds.toFixed(2)} s`,
    number(Math.round(inputs / seconds)),
  ]);
  const head = ['call', 'inputs', 'requests', 'time', 'inputs/s'];
  return [head, ...rows]
    .map(([name, ...cells]) =>
      ['  ', name.padEnd(10), ...cells.map((cell) => cell.padStart(11))].join(
        '',
      ),
    )
    .join('\n');
}

function renderNearest(nearest, paragraphs) {
  return nearest.map(({ row, similarity }, place) => {
    const { source, text } = paragraphs[row];
    return (
      `  ${place + 1}. similarity ${similarity.toFixed(3)}  ${source}\n` +
      wrap(excerpt(text), '     ')
    );
  });
}

function renderMoods(labels) {
  const counts = new Map();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([label, times]) => `${number(times)} ${label}`)
    .join(', ');
}

/** The whole report for a person. */
function renderReport(outcome) {
  const { paragraphs, stages, tokens, dimensions, question } = outcome;
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const requests = stages.reduce((sum, stage) => sum + stage.requests, 0);
  const { best, completion } = outcome;
  return [
    renderStages(stages),
    '',
    `  ${count(requests, 'request')} in ${seconds.toFixed(2)} s; ` +
      `${count(tokens, 'token')} embedded into ` +
      `${number(paragraphs.length)} × ${dimensions} float32`,
    '',
    `Nearest to "${question}"`,
    ...renderNearest(outcome.nearest, paragraphs),
    '',
    `Reranked, the best of ${number(outcome.rerankedCount)} scores ` +
      `${best.score.toFixed(3)}:`,
    wrap(excerpt(best.text), '     '),
    '',
    `Classified: ${renderMoods(outcome.labels)}`,
    `Completed: ${count(completion.answers, 'answer')}, ` +
      `${count(completion.tokens, 'token')} in all`,
  ].join('\n');
}

module.exports = { count, renderReport };
