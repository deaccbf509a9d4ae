'use strict';

const { loadAddon } = require('./addon');

/**
 * The face of the addon.
 *
 * @typedef {object} Engine opaque: a thread with its connections
 * @typedef {object} Job opaque: one call in flight
 * @typedef {object} Endpoints opaque: those of a pool, for one engine
 * @typedef {object} SplicedBody opaque: what a spliced call answers
 *
 * @typedef {object} EngineOptions
 * @property {number} httpVersion 1 or 2
 * @property {boolean} cleartextHttp2
 * @property {boolean} usesLibcurl for all that it sends; for tests
 * @property {boolean} publicOnly
 * @property {number} maxInFlight 0 for no limit
 * @property {string} proxy '' for none
 * @property {string} noProxy
 * @property {string} ca PEM of all trusted roots
 * @property {string} cert PEM, '' for none
 * @property {string} key PEM, '' for none
 * @property {number} connectTimeoutMs
 * @property {number} logLevel of LOG
 *
 * @typedef {object} Failure
 * @property {string} code
 * @property {string} message
 * @property {string} detail curl's or the parser's words, '' for none
 * @property {number} status 0 when there was no answer
 * @property {string} head
 * @property {string} body cut at 64 KiB
 * @property {string} requestId '' when nothing was sent
 * @property {number} attempts
 * @property {number} batch -1 when the call failed as a whole
 * @property {number} firstInput
 * @property {number} inputCount
 * @property {number} endpoint of a pool, whose failure it is; else -1
 *
 * @typedef {object} Summary of batchPost, only the first three; the last three
 * are of embeddings only
 * @property {number} batches
 * @property {number} retries
 * @property {number} hedges
 * @property {ArrayBuffer} [vectors] of embeddings or scores, row by row
 * @property {number} rowSize bytes, 0 when ragged or none
 * @property {number} rows
 * @property {Float64Array} [places] offset and size of each ragged row
 * @property {number} promptTokens
 * @property {number} totalTokens
 * @property {string} model JSON text, '' when the server named none
 *
 * @typedef {object} SpliceSummary of a call that succeeded
 * @property {number} batches
 * @property {number} retries
 * @property {number} hedges
 * @property {number} inputs
 * @property {number} size of the body for the caller, in bytes
 * @property {Buffer} [body] all of it, when it is below 512 KiB
 * @property {SplicedBody} [joined] else what readBody reads it from, once
 * @property {string} head raw, of the answer that begins at input 0
 * @property {number} upstreamSeconds from the first request to the last answer
 *
 * @typedef {object} SpliceHandler told of a spliced call's end; must not throw
 * @property {(failure: Failure | undefined, summary: SpliceSummary) => void} onEnd
 *
 * @typedef {object} Handler told of a job's outcomes; must not throw
 * @property {(batch: number, value: string | Buffer | undefined, head: string, seconds: number, first: number, count: number) => void} onAnswer
 * @property {(failure: Failure) => void} onFailure
 * @property {() => void} onWant the job waits for its next inputs: see supply
 * @property {(failure: Failure | undefined, summary: Summary) => void} onEnd
 *
 * @typedef {object} EngineFigures
 * @property {number} requests
 * @property {Record<string, number>} statuses answers by HTTP status
 * @property {number} retries
 * @property {number} hedges
 * @property {number} hedgesWon
 * @property {number} connectionsOpened
 * @property {number} connectionsReused
 * @property {number} bytesSent
 * @property {number} bytesReceived
 * @property {number} inFlight
 * @property {number} queued
 * @property {number} limit requests at once to servers that refuse some, or 0
 * @property {number} throttled requests that servers refused as too many
 *
 * @typedef {object} EndpointFigures
 * @property {number} ailing 1 while it is not well
 * @property {number} requests
 * @property {number} failures
 * @property {number} retries
 * @property {number} hedges
 * @property {number} inFlight
 * @property {number} probedAtMs since 1970, 0 before the first probe
 * @property {number} probeMs how long it took
 * @property {number} probeVote of VOTE
 *
 * @typedef {object} ProgressFigures how far a call is
 * @property {number} completed batches answered, or failed for good
 * @property {number} total batches; grows when batches are split
 * @property {number} inputs in completed batches
 * @property {number} retries
 * @property {number} hedges
 *
 * @typedef {object} Native
 * @property {Readonly<Record<string, number>>} contract what contract.js must be
 * @property {() => { libcurl: string, tls: string, http2: boolean, encodings: string }} info
 * @property {(text: string) => boolean} isPublicAddress false for what is no address, too
 * @property {() => void} keepLittleMemory from here on, large memory goes back to the system as soon as it is free
 * @property {(options: EngineOptions) => Engine} createEngine
 * @property {(engine: Engine) => void} destroyEngine
 * @property {(engine: Engine, kind: number, numbers: Readonly<Float64Array>, words: string[], inputs: string[], handler: Handler, endpoints: Endpoints | undefined, places: string[] | undefined, inputCount: number, tokens?: Float64Array) => Job} submit the inputs of batchPost may be the first ones only; `tokens` are those of each, where somebody has counted
 * @property {(numbers: Float64Array, words: string[]) => Endpoints} createEndpoints
 * @property {(endpoints: Endpoints) => EndpointFigures[]} endpointStats
 * @property {(job: Job, inputs: string[], tokens?: Float64Array) => void} supply the next ones, once for each onWant
 * @property {(engine: Engine, form: number, numbers: Readonly<Float64Array>, words: string[], body: Buffer, handler: SpliceHandler, endpoints?: Endpoints, places?: string[]) => Job} splice
 * @property {(body: SplicedBody, buffer: Buffer) => number} readBody bytes that were copied, 0 at the end
 * @property {(job: Job, bytes: number) => number} allow ends the job when its answers become more than that; bytes of them until now, 0 when it has ended
 * @property {(body: SplicedBody) => void} closeBody lets go of what was not read
 * @property {(job: Job) => void} cancel
 * @property {(job: Job) => ProgressFigures | undefined} progress undefined when it has ended
 * @property {(engine: Engine) => EngineFigures | undefined} stats undefined when it is destroyed
 * @property {(limit: number, bytes: number) => number} drain outcomes that were told
 * @property {(buffer: ArrayBuffer) => void} release frees its memory; it is empty from then on
 * @property {(callback: () => void) => void} setWake
 */

/** Outcomes between two looks at the clock, and what their answers may hold. */
const HANDFUL = 64;
const HANDFUL_BYTES = 256 * 1024; // some 2 ms of JSON.parse

/** How long one turn of the event loop may be kept busy. */
const SLICE_MS = 4;

/**
 * Delivers waiting outcomes, and goes on in a later turn when there are more
 * than fit into a slice, so that timers and sockets of the host get theirs.
 * @param {Pick<Native, 'drain'>} addon
 */
function settleWaiting(addon) {
  const end = performance.now() + SLICE_MS;
  while (addon.drain(HANDFUL, HANDFUL_BYTES) > 0)
    if (performance.now() >= end) {
      setImmediate(settleWaiting, addon);
      return;
    }
}

/** @type {Native | undefined} */
let loaded;

/**
 * The addon, loaded at the first use. A failed load is tried anew next time.
 * @returns {Native}
 */
function native() {
  if (!loaded) {
    const addon = /** @type {Native} */ (loadAddon());
    addon.setWake(() => settleWaiting(addon));
    loaded = addon;
  }
  return loaded;
}

/**
 * Frees the memory of a view at once: the collector, to which it weighs nothing
 * or little, lets a hundred megabytes of it gather. Whatever looks at the same
 * memory is empty from then on.
 * @param {ArrayBufferView} view
 */
function releaseMemory({ buffer }) {
  native().release(/** @type {ArrayBuffer} */ (buffer));
}

module.exports = { native, releaseMemory, settleWaiting };
