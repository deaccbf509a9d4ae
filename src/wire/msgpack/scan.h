/*
 * scan.h - a pull scanner over MessagePack bytes that arrive in pieces.
 *
 * Validates (every lead byte, UTF-8 of strings, keys that can name a member)
 * and hands out one token at a time, with an end for each map and array as JSON
 * has one. Allocates nothing: what a length announces is waited for, not made
 * room for. Nests at most PC_MSGPACK_MAX_DEPTH deep. The caller owns the text
 * and may move it between calls; positions are offsets. One thread at a time.
 */
#ifndef PC_WIRE_MSGPACK_SCAN_H
#define PC_WIRE_MSGPACK_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/chars.h"
#include "base/fault.h"
#include "base/status.h"

#define PC_MSGPACK_MAX_DEPTH 512

enum pc_msgpack_token {
  PC_MSGPACK_MORE, /* nothing whole is left: call again with more text */
  PC_MSGPACK_BAD,  /* not MessagePack: `reason` says why, `at` says where */
  PC_MSGPACK_END,  /* the one value is complete and nothing follows */
  PC_MSGPACK_MAP_BEGIN,
  PC_MSGPACK_MAP_END,
  PC_MSGPACK_ARRAY_BEGIN,
  PC_MSGPACK_ARRAY_END,
  PC_MSGPACK_STRING,    /* slice */
  PC_MSGPACK_BINARY,    /* slice */
  PC_MSGPACK_EXTENSION, /* slice, without the byte of its type */
  PC_MSGPACK_WHOLE,     /* `whole` */
  PC_MSGPACK_NEGATIVE,  /* `whole`, as an int64_t below 0 */
  PC_MSGPACK_FLOAT32,   /* `number` */
  PC_MSGPACK_FLOAT64,   /* `number` */
  PC_MSGPACK_TRUE,
  PC_MSGPACK_FALSE,
  PC_MSGPACK_NIL
};

struct pc_msgpack_scan {
  size_t at;      /* next unread byte; where a bad value stands */
  size_t dropped; /* bytes that were removed in front of the text */
  size_t start;   /* slice of the last token */
  size_t size;    /* bytes of that slice */
  enum pc_msgpack_token token; /* the last one */
  uint64_t whole;              /* of the last token */
  double number;               /* likewise */
  bool is_key;        /* the last token names the member whose value follows */
  const char *reason; /* after PC_MSGPACK_BAD: a literal */
  unsigned depth;     /* open maps and arrays after the last token */
  /* Private from here on. */
  bool has_value;   /* the outermost one has begun */
  unsigned passing; /* deeper tokens are passed over; 0: none are */
  uint64_t left[PC_MSGPACK_MAX_DEPTH]; /* values, keys included */
  uint64_t is_map[PC_MSGPACK_MAX_DEPTH / 64];
};

void pc_msgpack_scan_init(struct pc_msgpack_scan *scan);

/*
 * Reads the next token of text[0..size). The text must hold the same bytes as
 * in the calls before, and may have more behind them. `is_last` says that
 * nothing will follow: then PC_MSGPACK_MORE is never returned (a cut text is
 * PC_MSGPACK_BAD), and PC_MSGPACK_END only then. Borrows `text`.
 */
enum pc_msgpack_token pc_msgpack_scan_next(struct pc_msgpack_scan *scan,
                                           const char *text,
                                           size_t size,
                                           bool is_last);

/*
 * Tells the scanner that the caller removed the bytes that were read from the
 * front of the text. The last token's slice is gone with them.
 */
void pc_msgpack_scan_shift(struct pc_msgpack_scan *scan);

/* Passes over the rest of the value that the last token began, if any. */
void pc_msgpack_scan_pass(struct pc_msgpack_scan *scan);

/*
 * Says in `fault` why the last token was PC_MSGPACK_BAD and where in the whole
 * text; answers PC_PARSE_ERROR.
 */
enum pc_status pc_msgpack_scan_explain(const struct pc_msgpack_scan *scan,
                                       struct pc_fault *fault);

/* Is this the value of a content-type that promises MessagePack? */
bool pc_msgpack_is_named(struct pc_text content_type);

#endif
