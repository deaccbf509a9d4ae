/*
 * rerank.h - the answer of a rerank endpoint.
 *
 * Read with cJSON: [{"index", "score" | "relevance_score", "text"?}, …], bare
 * or as "data" or "results" of an object. Indexes must be 0 … count-1, each
 * once. Written as one JSON array in the server's order with indexes moved to
 * the whole call: [{"index":n,"score":x,"text":"…"|null}, …]. Thread: any.
 */
#ifndef PC_WIRE_RERANK_H
#define PC_WIRE_RERANK_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"

/*
 * Checks body[0..size) as the answer for `count` texts that begin at input
 * `first`, and appends the array to `out`, which stays as it was on failure.
 * PC_PARSE_ERROR fills `fault`.
 */
PC_MUST_CHECK enum pc_status pc_rerank_read(const char *body,
                                            size_t size,
                                            uint32_t first,
                                            uint32_t count,
                                            struct pc_bytes *out,
                                            struct pc_fault *fault);

#endif
