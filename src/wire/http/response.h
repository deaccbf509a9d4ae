/*
 * response.h - reads an HTTP/1.1 answer as it arrives, wherever it is cut.
 *
 * DESIGN. The caller hands in what it has received and is told, step by step,
 * what it is: the whole head, pieces of the body, the end. The head is copied
 * into a run of the caller's, whose ceiling is its own; pieces of the body are
 * lent out of what was handed in. Nothing is allocated but by that run.
 *
 * It follows RFC 9112 and refuses what two readers could take for two different
 * answers. Of interim answers (1xx) only their size stays; 101 is refused, as
 * nobody asks for it. Answers to HEAD, 204 and 304 have no body. Without
 * framing a body lasts until the connection closes. Chunk extensions and
 * trailers are dropped, 64 KiB at most of the one chunk's or of the other.
 *
 * A line that begins with a blank continues the field before it (obs-fold): as
 * section 5.2 demands of a user agent, and newer libcurls do, the line end and
 * the blanks around it become one space, before the field is looked at and in
 * the head that the caller gets.
 *
 * What libcurl accepts (8.22) and this refuses:
 *   - Content-Length beside Transfer-Encoding, or one past 2^63-1;
 *   - "chunked" named twice, or with anything else beside it, and an empty
 *     Transfer-Encoding;
 *   - control bytes other than a tab in the head, an extension or a trailer;
 *   - a field name that is no token ("a b: c", "a : b", ": c"), a first field
 *     that begins with a blank;
 *   - a chunk's line or its end without CR, and anything but blanks or an
 *     extension behind a chunk's size; a trailer that is continued;
 *   - 101; a status with anything but a blank behind it ("2000", "200OK"), or
 *     with a tab before it;
 *   - a head, or the last line of chunks, that lacks but its last LF;
 *   - heads of more than 256 KiB with their interim answers (there it is 300),
 *     and this is PC_TOO_LARGE; there a single line may have 100 KiB only.
 * What it refuses and this does not: two Locations, which are the caller's to
 * read. And it keeps connections that this closes: behind answers of HTTP/1.0
 * in chunks or until the close, and with bytes behind an answer without a body.
 * test/native/net/answers_test.c compares the two.
 *
 * Thread: one at a time.
 */
#ifndef PC_WIRE_HTTP_RESPONSE_H
#define PC_WIRE_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/chars.h"
#include "base/status.h"
#include "wire/http/chunked.h"
#include "wire/http/head_reader.h"

enum pc_response_kind {
  PC_RESPONSE_MORE, /* all was consumed, and there is nothing to tell */
  PC_RESPONSE_HEAD, /* the head of the final answer is whole, with its status */
  PC_RESPONSE_BODY, /* a piece of the body */
  PC_RESPONSE_END   /* the answer is whole; what is left belongs to no answer */
};

struct pc_response_step {
  enum pc_response_kind kind;
  bool is_last;        /* and the answer is whole with it */
  size_t consumed;     /* bytes of what was handed in, a piece among them */
  struct pc_text body; /* the piece, never empty: lends what was handed in */
};

/* Where the next byte belongs. */
enum pc_response_state {
  PC_RESPONSE_IN_HEAD,     /* a status line or a field */
  PC_RESPONSE_IN_LENGTH,   /* a body of `left` bytes more */
  PC_RESPONSE_IN_CHUNKS,   /* a body whose chunks tell */
  PC_RESPONSE_UNTIL_CLOSE, /* a body without framing */
  PC_RESPONSE_AT_END       /* nothing: the answer is whole */
};

struct pc_response {
  int http_status;   /* of the final answer, 0 before its head is whole */
  int64_t body_size; /* as the head says, 0 for no body, -1: it does not */
  bool is_coded;     /* it has a Content-Encoding, see content_decoding.h */
  bool has_begun;    /* a byte of an answer has come */
  bool may_be_kept;  /* at the end: the connection may carry another request */
  /* Private from here on. */
  enum pc_response_state state;
  bool is_head_request;
  uint64_t left; /* bytes of the body */
  struct pc_head_reader head;
  struct pc_chunked chunked;
};

/*
 * Starts upon the answer to a request; HEAD is told. Keeps `head`, which is
 * emptied, and which the caller must not change before the head is whole: it is
 * then the status line, the fields and the empty line of the final answer.
 */
void pc_response_start(struct pc_response *response,
                       struct pc_bytes *head,
                       bool is_head_request);

/*
 * Reads on in data[0..size), of which a call consumes a part: the rest is
 * handed in again, though its size be 0, until a step is the last or its kind
 * MORE. Who reads on behind the last step is told END, any number of times.
 * PC_PARSE_ERROR: this is no answer one may trust. PC_TOO_LARGE: head, or
 * trailers, or what stands beside a chunk, exceed their ceilings. PC_NO_MEMORY.
 * After an error the connection must be closed, and the reader only be started
 * again; http_status stays what it is, and if it is 0 the head means nothing.
 */
PC_MUST_CHECK enum pc_status pc_response_read(struct pc_response *response,
                                              const char *data,
                                              size_t size,
                                              struct pc_response_step *out);

/*
 * What it means that the peer sends no more, before the end was told. PC_OK:
 * the answer is whole now, as only the close could end it. PC_CONNECTION_LOST:
 * it breaks off in a head; PC_PARSE_ERROR: in the body. `is_orderly`: the
 * stream was ended, and not by a reset or another error, which is never PC_OK.
 */
PC_MUST_CHECK enum pc_status pc_response_close(struct pc_response *response,
                                               bool is_orderly);

#endif
