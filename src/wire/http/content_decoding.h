/*
 * content_decoding.h - takes the content codings off a body as it arrives.
 *
 * gzip (also x-gzip), deflate, br, zstd, and several of them one around the
 * other, five at most. What comes out is lent in pieces of 16 KiB at most, so
 * that an answer that unfolds without end can be paused between any two.
 *
 * As in libcurl, "gzip" may hold what deflate would and deflate be without its
 * wrapper; one stream is the whole body, whatever stands behind it is refused,
 * but zstd may have several frames; and a coding nobody knows is refused when
 * the first byte of the body comes. Unlike there, the window of zstd is 8 MiB
 * at most (RFC 9659), which is what an answer may make us hold. Whether a
 * stream was whole at the end is not told: the text inside tells.
 * Thread: one at a time.
 */
#ifndef PC_WIRE_HTTP_CONTENT_DECODING_H
#define PC_WIRE_HTTP_CONTENT_DECODING_H

#include "base/chars.h"
#include "base/status.h"

struct pc_content_decoding;

/*
 * Gives a decoder for the Content-Encoding fields of a whole head, or NULL
 * where there is nothing to decode. PC_PARSE_ERROR: too many codings.
 * PC_NO_MEMORY.
 */
PC_MUST_CHECK enum pc_status
pc_content_decoding_create(struct pc_text head,
                           struct pc_content_decoding **out);

void pc_content_decoding_destroy(struct pc_content_decoding *decoding);

/*
 * Decodes on. Takes what it has read off the front of `input` and lends the
 * next piece in *out; an empty one says that `input` is used up and more is
 * needed. A piece that is not empty may be followed by others, also when
 * nothing is left of `input`. PC_PARSE_ERROR: damaged, or a coding nobody
 * knows. PC_NO_MEMORY. After an error it can only be destroyed.
 */
PC_MUST_CHECK enum pc_status
pc_content_decoding_read(struct pc_content_decoding *decoding,
                         struct pc_text *input,
                         struct pc_text *out);

#endif
