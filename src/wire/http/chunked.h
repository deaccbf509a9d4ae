/*
 * chunked.h - takes the chunked transfer coding off a body as it arrives.
 *
 * Strict about line ends and sizes, as two readers that disagree about them can
 * be made to see two different bodies. Extensions and trailers are checked for
 * what may stand there and dropped: 64 KiB at most beside one chunk, or of all
 * trailers. Thread: one at a time.
 */
#ifndef PC_WIRE_HTTP_CHUNKED_H
#define PC_WIRE_HTTP_CHUNKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/chars.h"
#include "base/status.h"

/* Where the next byte belongs. */
enum pc_chunked_state {
  PC_CHUNKED_IN_SIZE,      /* the hexadecimal digits of a size */
  PC_CHUNKED_IN_PADDING,   /* blanks behind them */
  PC_CHUNKED_IN_EXTENSION, /* what a semicolon began, up to its line's end */
  PC_CHUNKED_AT_SIZE_LF,   /* behind the CR of that line */
  PC_CHUNKED_IN_DATA,      /* `left` bytes more of the chunk */
  PC_CHUNKED_AT_DATA_CR,   /* behind its last byte */
  PC_CHUNKED_AT_DATA_LF,   /* behind that CR */
  PC_CHUNKED_AT_TRAILER,   /* a trailer begins, or the last line */
  PC_CHUNKED_IN_NAME,      /* the name of a trailer */
  PC_CHUNKED_IN_VALUE,     /* its value */
  PC_CHUNKED_AT_VALUE_LF,  /* behind the CR of that line */
  PC_CHUNKED_AT_LAST_LF,   /* behind the CR of the last line */
  PC_CHUNKED_AT_END        /* in nothing: the body is whole */
};

struct pc_chunked {
  enum pc_chunked_state state;
  unsigned digits; /* of the size so far */
  size_t dropped;  /* bytes of this chunk's line, or of all trailers */
  uint64_t left;   /* bytes of the chunk; its size while that is read */
};

void pc_chunked_start(struct pc_chunked *chunked);

static inline bool pc_chunked_is_whole(const struct pc_chunked *chunked)
{
  return chunked->state == PC_CHUNKED_AT_END;
}

/*
 * Reads on, up to the next piece of the body or its end, takes what it has read
 * off the front of `input` and lends the piece in *out; an empty one says that
 * `input` is used up or the body whole. PC_PARSE_ERROR: this is not chunked.
 * PC_TOO_LARGE: more beside a chunk, or behind the last, than 64 KiB.
 */
PC_MUST_CHECK enum pc_status pc_chunked_read(struct pc_chunked *chunked,
                                             struct pc_text *input,
                                             struct pc_text *out);

#endif
