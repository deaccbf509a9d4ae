'use strict';

const { Random } = require('./random');

const KINDS = { embed: 4, rerank: 3, classify: 3, batchPost: 3 };

/** Shares of troubled answers: most calls meet some, some meet little else. */
const TROUBLES = [0, 0.02, 0.1, 0.1, 0.4];

const LETTERS = ['a', 'é', '"', '\\', '\n', '猫', '🐈', '\u0000', ' '];

function text(random, i) {
  const count = random.between(0, 12);
  const letters = Array.from({ length: count }, () => random.pick(LETTERS));
  return `${i} ${letters.join('')}`;
}

function options(random, call, trouble) {
  const timeoutS = random.pick([0.3, 0.5, 1]);
  return {
    timeoutS,
    maxConcurrentRequests: random.between(1, 16),
    initialBackoffMs: 50,
    maxRetries: random.between(0, 3),
    retryBudgetPct: random.pick([0, 0.05, 1, 3]),
    extraHeaders: {
      'x-chaos-call': String(call),
      'x-chaos-trouble': String(trouble),
    },
    ...(timeoutS > 0.3 && random.chance(0.4) && { hedgeDelay: 0.2 }),
    ...(random.chance(0.3) && { hedgeBudgetPct: random.pick([0, 0.5, 3]) }),
    ...(random.chance(0.1) && { totalTimeoutS: timeoutS }),
    ...(random.chance(0.5) && { onError: 'partial' }),
  };
}

function batchingOptions(random, kind) {
  if (kind === 'batchPost') return {};
  return {
    batchSize: random.between(1, 8),
    ...(random.chance(0.2) && { maxCharsPerRequest: 50 }),
    ...(random.chance(0.2) && { splitOnLimit: false }),
    ...(kind === 'embed' &&
      random.chance(0.3) && { output: random.pick(['array', 'float32']) }),
  };
}

/**
 * One call: what is asked, how, and what happens to it meanwhile. The same seed
 * and number give the same plan.
 */
function planCall(seed, call) {
  const random = new Random(seed, 'plan', call);
  const kind = random.weighted(KINDS);
  const size = random.chance(0.1) ? 1 : random.between(1, 40);
  const inputs = Array.from({ length: size }, (_, i) =>
    kind === 'batchPost' ? { i, text: text(random, i) } : text(random, i),
  );
  const own = batchingOptions(random, kind);
  const trouble = random.pick(TROUBLES);
  return {
    ...{ call, kind, inputs },
    query: text(random, call),
    options: { ...options(random, call, trouble), ...own },
    batches: Math.ceil(size / (own.batchSize ?? 1)),
    place: random.next(),
    cancelMs: random.chance(0.08) ? random.between(0, 300) : undefined,
    destroyMs: random.chance(0.02) ? random.between(0, 300) : undefined,
    dropsClient: random.chance(0.02),
    usesToken: random.chance(0.5),
  };
}

module.exports = { planCall };
