/*
 * token.h - what is remembered of an upstream answer, and what each of its
 * tokens means.
 *
 * The inner half of answer.h, which cuts the body into tokens: this half knows
 * the shapes and their rules. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_TOKEN_H
#define PC_WIRE_SPLICE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "wire/json/scan.h"
#include "wire/splice/form.h"
#include "wire/splice/usage.h"

/* What stands around the items of an answer. */
struct pc_splice_frame {
  bool is_object;              /* else the list, or the value, stands alone */
  struct pc_splice_span value; /* the whole answer, without blanks */
  struct pc_splice_span list;  /* between the brackets */
  struct pc_splice_span usage; /* its value; empty when it is missing */
  struct pc_splice_span metadata; /* "proxy_metadata": …, and a comma beside it;
                                     empty when it is missing */
};

/* Private: what the next token of the body is. */
enum pc_splice_place {
  PC_SPLICE_AT_ANSWER, /* the outermost value */
  PC_SPLICE_IN_FRAME,  /* a member of the outer object, or its end */
  PC_SPLICE_AT_LIST,   /* the value of "data" or "results" */
  PC_SPLICE_IN_LIST,   /* an item, or the end of the list */
  PC_SPLICE_IN_ITEM,   /* a member of it, or its end */
  PC_SPLICE_AT_INDEX,
  PC_SPLICE_AT_USAGE,
  PC_SPLICE_IN_USAGE,
  PC_SPLICE_AT_COUNT,   /* the value of a member of usage */
  PC_SPLICE_AT_UNKNOWN, /* the value of any other member */
  PC_SPLICE_AT_END
};

/* An index as it is written. */
struct pc_splice_index {
  size_t at;     /* of the item that came as number i */
  uint32_t size; /* in digits */
  bool is_taken; /* index i came */
};

struct pc_splice_answer {
  struct pc_fault fault; /* set when reading failed */
  enum pc_splice_form form;
  uint32_t count; /* inputs that were sent */
  bool is_whole;  /* see struct pc_splice_request */
  bool is_empty;  /* generic: the body held no value */
  size_t mark_size;
  struct pc_splice_frame frame;
  struct pc_splice_usage usage;
  struct pc_splice_index *indexes; /* `count`, for embeddings and rerank */
  /* Private from here on. */
  struct pc_json_scan scan;
  const char *text;      /* of the call that runs */
  enum pc_status status; /* of the answer so far */
  enum pc_splice_place place;
  enum pc_splice_place around; /* the place behind the value being read */
  unsigned seen;               /* one bit for each known member that came */
  unsigned open;               /* the frame's member that is not yet closed */
  uint32_t member_count;       /* of the frame */
  uint32_t item_count;         /* finished */
  uint32_t index_capacity;
  struct pc_splice_span key; /* of the usage's member that is being read */
};

/* Takes the token just read. PC_PARSE_ERROR has filled the fault. */
PC_MUST_CHECK enum pc_status
pc_splice_token_take(struct pc_splice_answer *answer, enum pc_json_token token);

#endif
