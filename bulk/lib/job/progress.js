'use strict';

/** @typedef {import('./meter').Figures} Figures */
/** @typedef {import('./meter').Meter} Meter */

/**
 * @typedef {object} ProgressSettings
 * @property {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} stream
 * @property {boolean} isJson
 * @property {number} intervalS of lines; a terminal is redrawn more often
 */

const REDRAW_MS = 200;

/** @param {number} value */
function count(value) {
  if (value < 10_000) return String(Math.round(value));
  if (value < 1e6) return `${(value / 1e3).toFixed(1)}k`;
  return value < 1e9
    ? `${(value / 1e6).toFixed(2)}M`
    : `${(value / 1e9).toFixed(2)}G`;
}

/** @param {number} seconds */
function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** @param {Figures} figures */
function secondsLeft({ share, seconds }) {
  return share > 0.001 ? (seconds * (1 - share)) / share : undefined;
}

/**
 * @param {Figures} figures
 * @returns {string}
 */
function progressLine(figures) {
  const { rows, failed, bad, tokens, seconds, inFlight, share } = figures;
  const { retries, hedges, waiting } = figures;
  const words = [
    `${(share * 100).toFixed(1)} %`,
    `${count(rows)} rows`,
    `${count(rows / seconds)} rows/s`,
  ];
  if (tokens > 0) words.push(`${count(tokens / seconds)} tokens/s`);
  words.push(`${inFlight} in flight`);
  if (retries > 0) words.push(`${retries} retries`);
  if (hedges > 0) words.push(`${hedges} hedges`);
  if (failed + bad > 0) words.push(`${count(failed + bad)} failed`);
  const left = secondsLeft(figures);
  if (waiting !== undefined) words.push(`waiting for the server: ${waiting}`);
  else if (left !== undefined) words.push(`${duration(left)} left`);
  return words.join(', ');
}

/**
 * @param {Figures} figures
 * @returns {string}
 */
function jsonLine(figures) {
  const left = secondsLeft(figures);
  return JSON.stringify({ ...figures, secondsLeft: left ?? null });
}

/** Says how far a job is, until it is told to stop. */
class Progress {
  #settings;
  #meter;
  #timer;
  #isDrawn = false;

  /**
   * @param {Meter} meter
   * @param {ProgressSettings} settings
   */
  constructor(meter, settings) {
    this.#meter = meter;
    this.#settings = settings;
    const { isJson, intervalS, stream } = settings;
    const isTerminal = !isJson && Boolean(stream.isTTY);
    const show = isTerminal ? () => this.#draw() : () => this.#print();
    this.#timer = setInterval(show, isTerminal ? REDRAW_MS : intervalS * 1000);
    this.#timer.unref();
  }

  /** Clears what it has drawn. */
  stop() {
    clearInterval(this.#timer);
    if (this.#isDrawn) this.#settings.stream.write('\r\x1b[K');
  }

  #draw() {
    const { stream } = this.#settings;
    const line = progressLine(this.#meter.figures());
    this.#isDrawn = true;
    stream.write(`\r\x1b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
  }

  #print() {
    const { isJson, stream } = this.#settings;
    const figures = this.#meter.figures();
    stream.write(`${isJson ? jsonLine(figures) : progressLine(figures)}\n`);
  }
}

/**
 * What a run came to.
 * @param {Figures} figures
 * @returns {string} lines
 */
function summary(figures) {
  const { rows, seconds, tokens, p50, p99, retries, hedges } = figures;
  const milliseconds = (value) => `${(value * 1000).toFixed(1)} ms`;
  return [
    `${rows} rows in ${seconds.toFixed(1)} s, ${count(rows / seconds)} rows/s`,
    `${tokens} tokens, ${count(tokens / seconds)} tokens/s`,
    `requests: p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}, ${retries} retries, ${hedges} hedges`,
  ].join('\n');
}

module.exports = { Progress, jsonLine, progressLine, summary };
