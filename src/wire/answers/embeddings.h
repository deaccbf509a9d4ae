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
 * One thread at a time.
 */
#ifndef PC_WIRE_ANSWERS_EMBEDDINGS_H
#define PC_WIRE_ANSWERS_EMBEDDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "wire/json/scan.h"
#include "wire/vectors/float_text.h"
#include "wire/vectors/vectors.h"

/* Counts that a server reports; 0 when it does not. */
struct pc_usage {
  uint64_t prompt_tokens;
  uint64_t total_tokens;
};

/* Private: what the next token of the body is. */
enum pc_embeddings_place {
  PC_EMBEDDINGS_AT_ANSWER, /* the outermost value */
  PC_EMBEDDINGS_IN_ANSWER, /* a member of it, or its end */
  PC_EMBEDDINGS_AT_DATA,   /* the value of "data"; so for all others */
  PC_EMBEDDINGS_AT_MODEL,
  PC_EMBEDDINGS_AT_USAGE,
  PC_EMBEDDINGS_IN_USAGE,
  PC_EMBEDDINGS_AT_PROMPT_TOKENS,
  PC_EMBEDDINGS_AT_TOTAL_TOKENS,
  PC_EMBEDDINGS_IN_DATA, /* an item, or the end of the list */
  PC_EMBEDDINGS_IN_ITEM,
  PC_EMBEDDINGS_AT_INDEX,
  PC_EMBEDDINGS_AT_EMBEDDING,
  PC_EMBEDDINGS_IN_VECTOR,  /* no token: numbers of a list */
  PC_EMBEDDINGS_AT_UNKNOWN, /* the value of any other member */
  PC_EMBEDDINGS_IN_UNKNOWN, /* something inside such a value */
  PC_EMBEDDINGS_AT_END
};

struct pc_embeddings {
  uint32_t expected_count; /* items that were sent in this batch */
  bool is_opaque;          /* base64 rows need not be whole float32 values */
  struct pc_bytes values;  /* rows in arrival order, one behind the other */
  struct pc_vector_place *rows; /* by index; size 0 until it came */
  struct pc_usage usage;
  struct pc_bytes model; /* JSON text with its quotes, empty when missing */
  struct pc_fault fault; /* set when feeding or finishing failed */
  /* Private from here on. */
  struct pc_bytes window; /* bytes from an unfinished token on */
  size_t dropped;         /* bytes of the body in front of the window */
  struct pc_json_scan scan;
  struct pc_float_text floats;
  enum pc_status status; /* of the answer so far */
  enum pc_embeddings_place place;
  enum pc_embeddings_place around; /* the place behind the value being read */
  unsigned skip_depth;             /* where an unknown value ends */
  unsigned seen;                   /* one bit for each known member that came */
  uint32_t item_count;             /* items finished */
  uint32_t row_capacity;           /* entries that `rows` has room for */
  uint32_t index;                  /* of the item that is being read */
  struct pc_vector_place row;      /* its vector */
};

void pc_embeddings_init(struct pc_embeddings *answer);

/*
 * Prepares to read an answer of `expected_count` items (at least 1). Forgets
 * the answer before and reuses its memory.
 */
PC_MUST_CHECK enum pc_status pc_embeddings_expect(struct pc_embeddings *answer,
                                                  uint32_t expected_count,
                                                  bool is_opaque);

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
pc_embeddings_move_rows(const struct pc_embeddings *answer,
                        struct pc_vectors *vectors,
                        uint32_t first_row);

#endif
