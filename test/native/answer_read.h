/*
 * answer_read.h - what a response reader makes of bytes, in one line of text.
 *
 *   "200 {} kept"     a whole answer, its connection may carry another
 *   "200 {} closed"   a whole answer, its connection may not
 *   "200 { cut"       the peer left within the body: a parse error
 *   "lost"            the peer left before the head was whole
 *   "PARSE_ERROR"     refused, or what else the reader said
 *
 * A body that lasts until the close is whole in such a line: the peer leaves
 * in order behind the last byte.
 */
#ifndef PC_TEST_ANSWER_READ_H
#define PC_TEST_ANSWER_READ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "wire/http/response.h"

enum { ANSWER_MOST = 512 * 1024, HEAD_MOST = 256 * 1024 };

struct answer_read {
  struct pc_response response;
  struct pc_bytes head;
  struct pc_bytes body;
  enum pc_status status;
  bool is_ended;
};

static inline void answer_read_start(struct answer_read *read, bool is_head)
{
  pc_bytes_init(&read->head, HEAD_MOST);
  pc_bytes_init(&read->body, ANSWER_MOST);
  pc_response_start(&read->response, &read->head, is_head);
  read->status = PC_OK;
  read->is_ended = false;
}

static inline void answer_read_stop(struct answer_read *read)
{
  pc_bytes_deinit(&read->head);
  pc_bytes_deinit(&read->body);
}

/* Feeds one piece, from memory of just its size. */
static inline void
answer_read_feed(struct answer_read *read, const char *data, size_t size)
{
  char *copy = malloc(size ? size : 1);
  size_t at = 0;
  struct pc_response_step step = {.kind = PC_RESPONSE_BODY};

  if (!copy)
    abort();
  if (size)
    memcpy(copy, data, size);
  while (read->status == PC_OK && !read->is_ended &&
         step.kind != PC_RESPONSE_MORE) {
    read->status =
        pc_response_read(&read->response, copy + at, size - at, &step);
    at += step.consumed;
    if (read->status == PC_OK && step.kind == PC_RESPONSE_BODY)
      read->status =
          pc_bytes_append(&read->body, step.body.data, step.body.size);
    read->is_ended = step.kind == PC_RESPONSE_END;
  }
  /* An answer that was whole before has bytes behind it now. */
  if (read->is_ended && at < size)
    read->response.may_be_kept = false;
  free(copy);
}

/* The peer leaves; writes the line. */
static inline void
answer_read_tell(struct answer_read *read, char *line, size_t size)
{
  const char *end = read->response.may_be_kept ? "kept" : "closed";

  if (read->status == PC_OK && !read->is_ended) {
    read->status = pc_response_close(&read->response, true);
    end = read->status == PC_OK ? "closed" : "cut";
  }
  if (read->status == PC_CONNECTION_LOST)
    snprintf(line, size, "lost");
  else if (read->status != PC_OK && strcmp(end, "cut") != 0)
    snprintf(line, size, "%s", pc_status_code(read->status));
  else
    snprintf(line, size, "%d %.*s %s", read->response.http_status,
             (int)read->body.size, read->body.data ? read->body.data : "", end);
}

#endif
