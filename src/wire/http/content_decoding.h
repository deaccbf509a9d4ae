/*
 * content_decoding.h - takes the content codings off a body as it arrives.
 *
 * gzip (also x-gzip), deflate, br, zstd, and several of them one around the
 * other, five at most. What comes out is handed over in pieces of 16 KiB at
 * most, so that an answer that unfolds without end can be paused between any
 * two. A coding nobody knows is refused when the first byte of the body comes:
 * without a body there is nothing to misread. Thread: one at a time.
 */
#ifndef PC_WIRE_HTTP_CONTENT_DECODING_H
#define PC_WIRE_HTTP_CONTENT_DECODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/chars.h"
#include "base/status.h"

struct pc_content_decoding;

/* "zstd, gzip, br": what Accept-Encoding offers. Lends a literal. */
const char *pc_content_decoding_offer(void);

/*
 * Makes a decoder for the Content-Encoding fields of a whole head, or leaves
 * *out NULL where nothing has to be decoded. PC_PARSE_ERROR: too many codings.
 * PC_NO_MEMORY.
 */
PC_MUST_CHECK enum pc_status
pc_content_decoding_create(struct pc_text head,
                           struct pc_content_decoding **out);

void pc_content_decoding_destroy(struct pc_content_decoding *decoding);

/*
 * Decodes on. Takes what it has read off the front of `input` and lends the
 * next piece in *out until the next call; an empty piece says that `input` is
 * used up and more is needed. A piece that is not empty may be followed by
 * others, also when `input` is empty. PC_PARSE_ERROR: damaged, or a coding
 * nobody knows, or bytes behind the end of what is coded. PC_NO_MEMORY.
 */
PC_MUST_CHECK enum pc_status
pc_content_decoding_read(struct pc_content_decoding *decoding,
                         struct pc_text *input,
                         struct pc_text *out);

#endif
