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

#include "harness.h"

#include "base/bytes.h"
#include "wire/http/response.h"

/* What samples are made of. */
#define OK "HTTP/1.1 200 OK\r\n"
#define LENGTH(n) "content-length: " n "\r\n"
#define CHUNKED "transfer-encoding: chunked\r\n"
#define END "\r\n"

enum { LINE_SIZE = 512, ANSWER_MOST = 512 * 1024, HEAD_MOST = 256 * 1024 };

struct answer_read {
  struct pc_response response;
  struct pc_bytes head;
  struct pc_bytes body;
  enum pc_status status;
  bool is_ended;
  size_t excess; /* bytes behind the end */
};

static inline void answer_read_start(struct answer_read *read, bool is_head)
{
  pc_bytes_init(&read->head, HEAD_MOST);
  pc_bytes_init(&read->body, ANSWER_MOST);
  pc_response_start(&read->response, &read->head, is_head);
  read->status = PC_OK;
  read->is_ended = false;
  read->excess = 0;
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
    read->is_ended = step.is_last;
  }
  if (read->is_ended)
    read->excess += size - at;
  free(copy);
}

/* May another request leave on the connection? */
static inline bool answer_read_is_kept(const struct answer_read *read)
{
  return read->is_ended && read->response.may_be_kept && !read->excess;
}

/* The peer leaves; writes the line. */
static inline void
answer_read_tell(struct answer_read *read, char *line, size_t size)
{
  const char *end = answer_read_is_kept(read) ? "kept" : "closed";

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

struct answer_sample {
  const char *text;
  const char *line; /* see answer_read.h */
};

/* Feeds a text in three pieces. */
static inline void answer_read_cut(const char *text,
                                   size_t size,
                                   size_t first,
                                   size_t second,
                                   bool is_head,
                                   char *line)
{
  struct answer_read read;

  answer_read_start(&read, is_head);
  if (first)
    answer_read_feed(&read, text, first);
  if (second > first)
    answer_read_feed(&read, text + first, second - first);
  answer_read_feed(&read, text + second, size - second);
  answer_read_tell(&read, line, LINE_SIZE);
  answer_read_stop(&read);
}

static inline void
answer_read_bytewise(const char *text, size_t size, char *line)
{
  struct answer_read read;

  answer_read_start(&read, false);
  for (size_t i = 0; i < size; i++)
    answer_read_feed(&read, text + i, 1);
  answer_read_tell(&read, line, LINE_SIZE);
  answer_read_stop(&read);
}

/* Whole, byte for byte, and cut at every two places. */
static inline void
answer_check(const char *text, size_t size, const char *expected)
{
  char line[LINE_SIZE];

  answer_read_cut(text, size, 0, 0, false, line);
  if (!CHECK_TEXT(line, expected)) {
    printf("%s\n", text);
    return;
  }
  answer_read_bytewise(text, size, line);
  CHECK_TEXT(line, expected);
  for (size_t first = 0; first < size; first++)
    for (size_t second = first; second < size; second++) {
      answer_read_cut(text, size, first, second, false, line);
      if (strcmp(line, expected) != 0) {
        printf("cut at %zu and %zu: %s\n", first, second, text);
        CHECK_TEXT(line, expected);
        return;
      }
    }
}

#define CHECK_SAMPLES(samples)                                                 \
  answer_check_samples(samples, sizeof(samples) / sizeof(*(samples)))

static inline void answer_check_samples(const struct answer_sample *samples,
                                        size_t count)
{
  for (size_t i = 0; i < count; i++)
    answer_check(samples[i].text, strlen(samples[i].text), samples[i].line);
}

#endif
