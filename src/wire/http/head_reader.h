/*
 * head_reader.h - reads the head of an answer as it arrives, wherever it is
 * cut.
 *
 * Copies it into a run of the caller's, skips interim answers (1xx), and tells
 * what the final one's fields say about its body and its connection. What is
 * refused and why stands in response.h. Thread: one at a time.
 */
#ifndef PC_WIRE_HTTP_HEAD_READER_H
#define PC_WIRE_HTTP_HEAD_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/chars.h"
#include "base/status.h"

struct pc_head_reader {
  bool is_whole;
  /* What a whole head says. */
  int status;
  bool may_have_body; /* its status allows one: else its framing says nothing */
  bool is_http_1_0;
  bool is_chunked;
  bool is_coded; /* there is a Content-Encoding */
  bool says_close;
  bool says_keep_alive;
  int64_t length; /* its Content-Length, -1 for none */
  /* Private from here on. */
  struct pc_bytes *head; /* kept */
  bool has_field;        /* one is not looked at yet: it may be continued */
  size_t line_start;     /* in the head, of the line that is not whole */
  size_t scanned;        /* in the head, up to where no line ends */
  size_t field_start;    /* in the head, of the field that may be continued */
  size_t name_size;      /* of its name */
  size_t received;       /* bytes so far, those of interim answers among them */
};

/* Keeps `head`, which is emptied. Its ceiling holds interim answers as well. */
void pc_head_reader_start(struct pc_head_reader *reader, struct pc_bytes *head);

/*
 * Reads on until the head is whole or `input` used up, and takes what it has
 * read off the front of `input`. PC_PARSE_ERROR, PC_TOO_LARGE, PC_NO_MEMORY.
 */
PC_MUST_CHECK enum pc_status pc_head_reader_read(struct pc_head_reader *reader,
                                                 struct pc_text *input);

#endif
