/*
 * embeddings_token.h - what an embeddings answer holds, and what each of its
 * tokens means.
 *
 * The inner half of embeddings.h, which cuts the body into tokens: this half
 * knows the shape and its rules. One thread at a time.
 */
#ifndef PC_WIRE_ANSWERS_EMBEDDINGS_TOKEN_H
#define PC_WIRE_ANSWERS_EMBEDDINGS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "wire/json/scan.h"
#include "wire/msgpack/scan.h"
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
  struct pc_bytes window; /* an unfinished token, from its first byte on */
  struct pc_text text;    /* what is being read: the window, or what was fed */
  size_t dropped;         /* bytes of the body in front of it */
  struct pc_json_scan scan;
  bool is_packed;                 /* it comes as MessagePack, read by: */
  struct pc_msgpack_scan *packed; /* owned; NULL before the first such answer */
  struct pc_float_text floats;
  enum pc_status status; /* of the answer so far */
  enum pc_embeddings_place place;
  enum pc_embeddings_place around; /* the place behind the value being read */
  unsigned seen;                   /* one bit for each known member that came */
  uint32_t item_count;             /* items finished */
  uint32_t row_capacity;           /* entries that `rows` has room for */
  uint32_t index;                  /* of the item that is being read */
  struct pc_vector_place row;      /* its vector */
};

/*
 * Says in the fault that `what` is too large, or that memory ran out; answers
 * `status`, which is one of the two.
 */
PC_MUST_CHECK enum pc_status pc_embeddings_refuse_size(
    struct pc_embeddings *answer, enum pc_status status, const char *what);

/*
 * Says in the fault why a vector could not be read at offset `at` of the
 * text; answers `status`.
 */
PC_MUST_CHECK enum pc_status pc_embeddings_refuse_vector(
    struct pc_embeddings *answer, enum pc_status status, size_t at);

/* Takes a vector that came as the last token's bytes. */
PC_MUST_CHECK enum pc_status
pc_embeddings_take_bytes(struct pc_embeddings *answer);

/* Takes the end of a vector whose values are all in `values`. */
PC_MUST_CHECK enum pc_status
pc_embeddings_end_vector(struct pc_embeddings *answer);

/*
 * Takes the token that the scanner of the answer's format has just read, as the
 * kind of token that JSON has for it. Not called while the place is
 * PC_EMBEDDINGS_IN_VECTOR. Anything but PC_OK has filled the fault.
 */
PC_MUST_CHECK enum pc_status
pc_embeddings_take_token(struct pc_embeddings *answer,
                         enum pc_json_token token);

#endif
