'use strict';

/*
 * Which targets and models have a label of their own. Callers name both, and
 * a name costs memory for good, here and wherever figures are kept, so there
 * are only so many; all others are counted as "other", their requests in full.
 */

/** @typedef {{ url: { host: string }, isTrusted: boolean }} Target */

/** What stands for every name that has no label. */
const OTHER = 'other';

/** Stands for all targets of a pool, where a call may go to each; no host. */
const POOL = Object.freeze({ url: { host: '(pool)' }, isTrusted: true });

/** Beside those that the operator names. */
const MOST_TARGETS = 16;

/** Of the operator's targets together, and again of all others. */
const MOST_MODELS = 16;

/** What one pair of labels has for each route, made by whoever counts. */
class Pair {
  /** @type {Map<string, any>} */
  routes = new Map();

  /**
   * @param {string} target a host and perhaps a port; '' for none
   * @param {string} model '' for none
   */
  constructor(target, model) {
    this.target = target;
    this.model = model;
  }
}

/** Finds the labels of a request. */
class Labels {
  #none = new Pair('', '');

  /** @type {Map<string, Map<string, Pair>>} pairs by host, then by model */
  #targets = new Map();

  #freeTargets = MOST_TARGETS;
  #freeModels = { trusted: MOST_MODELS, open: MOST_MODELS };

  /** @param {Iterable<string>} hosts which have a label whatever happens */
  constructor(hosts) {
    for (const host of [...hosts, POOL.url.host, OTHER])
      this.#targets.set(host, new Map());
  }

  /**
   * A name that is new takes a place only with a request that was answered:
   * one that nobody knows upstream keeps no other out.
   * @param {Target | undefined} target undefined for what goes nowhere
   * @param {string} model '' for none
   * @param {boolean} isAnswered
   * @returns {Pair}
   */
  find(target, model, isAnswered) {
    if (!target) return this.#none;
    const { host } = target.url;
    const known = this.#targets.get(host);
    if (known) return this.#pair(host, known, model, target, isAnswered);
    const label = isAnswered && this.#freeTargets > 0 ? host : OTHER;
    if (label === host) {
      this.#freeTargets -= 1;
      this.#targets.set(host, new Map());
    }
    const models = /** @type {Map<string, Pair>} */ (this.#targets.get(label));
    return this.#pair(label, models, model, target, isAnswered);
  }

  /**
   * @param {string} host
   * @param {Map<string, Pair>} models of this host
   * @param {string} model
   * @param {Target} target
   * @param {boolean} isAnswered
   * @returns {Pair}
   */
  #pair(host, models, model, { isTrusted }, isAnswered) {
    const known = models.get(model);
    if (known) return known;
    const label = this.#modelLabel(model, isTrusted, isAnswered);
    const pair = models.get(label) ?? new Pair(host, label);
    models.set(label, pair);
    return pair;
  }

  /**
   * @param {string} model that its target has no label for yet
   * @param {boolean} isTrusted
   * @param {boolean} isAnswered
   */
  #modelLabel(model, isTrusted, isAnswered) {
    if (model === '' || model === OTHER) return model;
    const kind = isTrusted ? 'trusted' : 'open';
    if (!isAnswered || this.#freeModels[kind] === 0) return OTHER;
    this.#freeModels[kind] -= 1;
    return model;
  }
}

module.exports = { Labels, MOST_MODELS, MOST_TARGETS, OTHER, POOL };
