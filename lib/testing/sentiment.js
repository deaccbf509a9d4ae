'use strict';

/*
 * Sentiment by counting: each word of a small lexicon speaks for or against,
 * a word before it may strengthen or turn it round. The tallies become
 * probabilities of three labels. Irony passes unnoticed.
 */

const { isList, readFlag, refuse } = require('./fields');
const { splitWords } = require('./words');

const wordSet = (text) => new Set(text.split(' '));

const POSITIVE = wordSet(
  'amazing awesome beautiful best better brilliant clean clear correct ' +
    'delighted easy efficient elegant enjoy enjoyed excellent fast fine ' +
    'good great happy helpful improve improved like liked love loved lovely ' +
    'nice perfect pleasant pleased quick recommend reliable robust safe ' +
    'simple smooth solid splendid success superb useful welcome well ' +
    'wonderful works worth',
);
const NEGATIVE = wordSet(
  'angry annoying awful bad boring broken bug bugs confusing crash crashed ' +
    'crashes cut difficult dirty disappointed disappointing error errors ' +
    'fail failed fails failure fault faults hard hate hated horrible lost ' +
    'mistake missing pain painful poor problem problems rude sad slow ' +
    'stupid terrible trouble ugly unclear unhappy unreliable unsafe useless ' +
    'waste worse worst wrong',
);
const TURNING = wordSet('no not never neither nor without hardly cannot t');
const STRENGTHENING = wordSet('very really so extremely absolutely too');

const TURNING_REACH = 3; // words
const STRENGTH = 1.5;
const LOGIT_PER_WORD = 2;
const NEUTRAL_LOGIT = 1;

/** @returns {{ positive: number, negative: number }} weighted word counts */
function tally(text) {
  const words = splitWords(text);
  const counts = { positive: 0, negative: 0 };
  words.forEach((word, i) => {
    if (!POSITIVE.has(word) && !NEGATIVE.has(word)) return;
    const before = words.slice(Math.max(0, i - TURNING_REACH), i);
    const isTurned = before.some((other) => TURNING.has(other));
    const isPositive = POSITIVE.has(word) !== isTurned;
    const weight = STRENGTHENING.has(words[i - 1]) ? STRENGTH : 1;
    counts[isPositive ? 'positive' : 'negative'] += weight;
  });
  return counts;
}

function softmax(values) {
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * @param {string} text
 * @param {boolean} [isRaw] logits instead of probabilities
 * @returns {{ label: string, score: number }[]} likeliest first
 */
function classifyText(text, isRaw = false) {
  const { positive, negative } = tally(text);
  const logits = [
    positive * LOGIT_PER_WORD,
    NEUTRAL_LOGIT,
    negative * LOGIT_PER_WORD,
  ];
  const scores = isRaw ? logits : softmax(logits);
  return ['positive', 'neutral', 'negative']
    .map((label, i) => ({ label, score: scores[i] }))
    .sort((a, b) => b.score - a.score);
}

/** One sequence is a string, a list of one, or a pair to be read together. */
function joinSequence(value) {
  if (typeof value === 'string') return value;
  if (
    !Array.isArray(value) ||
    ![1, 2].includes(value.length) ||
    !value.every((part) => typeof part === 'string')
  )
    refuse('inputs', 'a string, [text], [text, text] or a list of those');
  return value.join(' ');
}

/**
 * POST /predict, in the shape of text-embeddings-inference: a list of lists is
 * a batch, anything else is one sequence.
 */
function answerPredict(body) {
  const isRaw = readFlag(body, 'raw_scores');
  const { inputs } = body;
  if (isList(inputs) && Array.isArray(inputs[0]))
    return inputs.map((value) => classifyText(joinSequence(value), isRaw));
  return classifyText(joinSequence(inputs), isRaw);
}

module.exports = { answerPredict, classifyText };
