/*
 * embeddings.h - the answer of an embeddings endpoint, read while it arrives.
 *
 *   {"data": [{"index": 0, "embedding": [0.1, …] | "base64", …}, …],
 *    "model": "…", "usage": {"prompt_tokens": n, "total_tokens": n}, …}
 *
 * Bytes go in as the network delivers them; vectors are decoded at once, and
 * only an unfinished token is kept. Members may come in any order; unknown ones
 * are checked and skipped; `model`, `usage` and `object` may be missing. The
 * answer is whole when every index 0 … expected_count-1 came exactly once.
 *
 * The same as MessagePack may have its vectors as lists of any numbers, as
 * bytes (float32, little-endian) or as base64. One thread at a time.
 */
#ifndef PC_WIRE_ANSWERS_EMBEDDINGS_H
#define PC_WIRE_ANSWERS_EMBEDDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "wire/answers/embeddings_token.h"
#include "wire/vectors/vectors.h"

void pc_embeddings_init(struct pc_embeddings *answer);

/*
 * Prepares to read an answer of `expected_count` items (at least 1). Forgets
 * the answer before and reuses its memory.
 */
PC_MUST_CHECK enum pc_status pc_embeddings_expect(struct pc_embeddings *answer,
                                                  uint32_t expected_count,
                                                  bool is_opaque);

/*
 * The answer that is expected comes as MessagePack. Before its first byte.
 * PC_NO_MEMORY.
 */
PC_MUST_CHECK enum pc_status
pc_embeddings_expect_packed(struct pc_embeddings *answer);

void pc_embeddings_deinit(struct pc_embeddings *answer);

/*
 * Takes the next bytes of the body. Anything but PC_OK ends the answer, fills
 * `fault` and is repeated by later calls: PC_PARSE_ERROR as soon as the body
 * cannot be the answer any more, PC_TOO_LARGE when a single token or all
 * vectors together are.
 */
PC_MUST_CHECK enum pc_status
pc_embeddings_feed(struct pc_embeddings *answer, const char *data, size_t size);

/* Says that the body is complete; PC_OK when the answer is whole. Once. */
PC_MUST_CHECK enum pc_status pc_embeddings_finish(struct pc_embeddings *answer);

/* Copies the rows of a whole answer into `vectors`, from `first_row` on. */
PC_MUST_CHECK enum pc_status
pc_embeddings_copy_rows(const struct pc_embeddings *answer,
                        struct pc_vectors *vectors,
                        uint32_t first_row);

#endif
