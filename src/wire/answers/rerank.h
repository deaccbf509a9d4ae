/*
 * rerank.h - the answer of a rerank endpoint.
 *
 * [{"index", "score" | "relevance_score", "text"?}, …], in any of the forms of
 * scores.h. Indexes must be 0 … count-1, each once. Row i is what the server
 * said i-th: the text's place in the whole call, and its score. The strings
 * are the texts, one per item, or none when the server sent none. Thread: any.
 */
#ifndef PC_WIRE_ANSWERS_RERANK_H
#define PC_WIRE_ANSWERS_RERANK_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "wire/answers/scores.h"

/*
 * Checks body[0..size) as the answer for `count` texts that begin at input
 * `first`, and reads it into `scores`. PC_PARSE_ERROR fills `fault`.
 */
PC_MUST_CHECK enum pc_status pc_rerank_read(const char *body,
                                            size_t size,
                                            uint32_t first,
                                            uint32_t count,
                                            struct pc_scores *scores,
                                            struct pc_fault *fault);

#endif
