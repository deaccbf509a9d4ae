/*
 * random_answer.h - answers that a server could send, and what it should not.
 *
 * A right answer is one that RFC 9112 allows and every reader must read alike;
 * it may be cut anywhere, or have bytes behind it. A hostile one is a right one
 * with a few bytes changed, or with lines that mean something else to others.
 */
#ifndef PC_TEST_RANDOM_ANSWER_H
#define PC_TEST_RANDOM_ANSWER_H

#include "harness.h"

#include "base/bytes.h"

struct random_answer {
  uint64_t *random;
  struct pc_bytes bytes;
  bool is_to_head; /* it answers a HEAD request */
};

static inline size_t random_below(struct random_answer *answer, size_t limit)
{
  return (size_t)(harness_random(answer->random) % limit);
}

static inline bool random_once_in(struct random_answer *answer, size_t count)
{
  return random_below(answer, count) == 0;
}

static inline void
put_bytes(struct random_answer *answer, const void *data, size_t size)
{
  if (pc_bytes_append(&answer->bytes, data, size) != PC_OK)
    abort();
}

static inline void put_text(struct random_answer *answer, const char *text)
{
  put_bytes(answer, text, strlen(text));
}

static inline void
put_number(struct random_answer *answer, const char *format, size_t number)
{
  char text[64];

  snprintf(text, sizeof(text), format, number);
  put_text(answer, text);
}

#define PUT_ONE_OF(answer, texts)                                              \
  put_text(answer,                                                             \
           (texts)[random_below(answer, sizeof(texts) / sizeof(*(texts)))])

static inline void put_line_end(struct random_answer *answer)
{
  put_text(answer, random_once_in(answer, 16) ? "\n" : "\r\n");
}

static inline void put_field(struct random_answer *answer)
{
  static const char *const names[] = {"a",
                                      "Date",
                                      "x-1!#$%&'*+-.^_`|~z",
                                      "connections",
                                      "content-type",
                                      "set-cookie",
                                      "transfer-encodings"};
  static const char *const values[] = {
      "",      " ",  " b",        "\tb \t c ", " Tue, 24 Nov 2026 20:50:25 GMT",
      "b:c,d", ";=", " \xff\xe4", " chunked",  " \"quoted, close\""};

  PUT_ONE_OF(answer, names);
  put_text(answer, ":");
  PUT_ONE_OF(answer, values);
  put_line_end(answer);
  while (random_once_in(answer, 24)) {
    static const char *const more[] = {" more", "\t", " \t: c \t"};

    PUT_ONE_OF(answer, more);
    put_line_end(answer);
  }
}

static inline void put_fields(struct random_answer *answer)
{
  for (size_t count = random_below(answer, 4); count; count--)
    put_field(answer);
}

static inline void put_connection(struct random_answer *answer)
{
  static const char *const lines[] = {
      "connection: close\r\n", "Connection:keep-alive\r\n",
      "CONNECTION: x, Close\r\n", "connection: upgrade\r\n"};

  if (random_once_in(answer, 3))
    PUT_ONE_OF(answer, lines);
}

static inline void
put_status_line(struct random_answer *answer, const char *version, int status)
{
  static const char *const reasons[] = {"", " ", " OK", " Not \xe4 Found",
                                        " a\tb"};

  put_text(answer, version);
  put_number(answer, " %zu", (size_t)status);
  PUT_ONE_OF(answer, reasons);
  put_line_end(answer);
}

static inline void put_interim(struct random_answer *answer)
{
  static const int statuses[] = {100, 102, 103, 199};

  put_status_line(answer, "HTTP/1.1", statuses[random_below(answer, 4)]);
  put_fields(answer);
  put_line_end(answer);
}

static inline void put_junk(struct random_answer *answer, size_t size)
{
  static const char common[] = "{}\r\n\0: 0aHTTP/1.1";

  while (size--) {
    char byte = common[random_below(answer, sizeof(common))];

    put_bytes(answer, &byte, 1);
  }
}

static inline void put_length(struct random_answer *answer, size_t length)
{
  static const char *const formats[] = {
      "content-length: %zu\r\n", "Content-Length:%zu \r\n",
      "content-length: 0%zu\r\n", "CONTENT-LENGTH:\t%zu\n"};

  do
    put_number(answer, formats[random_below(answer, 4)], length);
  while (random_once_in(answer, 12));
}

static inline void put_chunk(struct random_answer *answer, size_t size)
{
  static const char *const formats[] = {"%zx", "%zX", "00%zx", "%zx "};
  static const char *const extensions[] = {";a=b", " ; c", ";\"\xe4\"\t"};

  put_number(answer, formats[random_below(answer, 4)], size);
  if (random_once_in(answer, 6))
    PUT_ONE_OF(answer, extensions);
  put_text(answer, "\r\n");
  put_junk(answer, size);
  if (size)
    put_text(answer, "\r\n");
}

static inline void put_chunks(struct random_answer *answer)
{
  static const char *const trailers[] = {"a: b\r\n", "HTTP/1.1: 500\r\n",
                                         "content-length: 7\r\n", "c:\r\n"};

  for (size_t count = random_below(answer, 5); count; count--)
    put_chunk(answer, 1 + random_below(answer, 40));
  put_chunk(answer, 0);
  while (random_once_in(answer, 4))
    PUT_ONE_OF(answer, trailers);
  put_text(answer, "\r\n");
}

static inline void put_body(struct random_answer *answer)
{
  size_t size = random_below(answer, 60);
  size_t kind = random_below(answer, 8);

  if (kind < 3)
    put_length(answer, size);
  else if (kind < 6)
    put_text(answer, random_once_in(answer, 2)
                         ? "transfer-encoding: chunked\r\n"
                         : "Transfer-Encoding:CHUNKED\n");
  put_fields(answer);
  put_line_end(answer);
  if (kind >= 3 && kind < 6)
    put_chunks(answer);
  else
    put_junk(answer, size);
}

/* libcurls think a head whole, or a body, that lacks but its last LF. */
static inline void drop_last_cr(struct random_answer *answer)
{
  struct pc_bytes *bytes = &answer->bytes;

  while (bytes->size && bytes->data[bytes->size - 1] == '\r')
    pc_bytes_cut(bytes, bytes->size - 1);
}

/* Makes another right answer of `answer`. */
static inline void make_right(struct random_answer *answer)
{
  static const int statuses[] = {200, 200, 200, 200, 201, 204, 304,
                                 400, 404, 429, 500, 503, 699, 999};

  pc_bytes_clear(&answer->bytes);
  answer->is_to_head = random_once_in(answer, 12);
  while (random_once_in(answer, 8))
    put_interim(answer);
  put_status_line(answer, random_once_in(answer, 8) ? "HTTP/1.0" : "HTTP/1.1",
                  statuses[random_below(answer, 14)]);
  put_fields(answer);
  put_connection(answer);
  put_body(answer);
  if (random_once_in(answer, 8))
    put_junk(answer, 1 + random_below(answer, 30));
  if (random_once_in(answer, 4))
    pc_bytes_cut(&answer->bytes, random_below(answer, answer->bytes.size));
  drop_last_cr(answer);
}

static inline void replace_at(struct random_answer *answer,
                              size_t at,
                              size_t size,
                              const char *data,
                              size_t data_size)
{
  struct pc_bytes *bytes = &answer->bytes;
  size_t rest = bytes->size - at - size;
  char *tail = malloc(rest + 1);

  if (!tail)
    abort();
  memcpy(tail, bytes->data + at + size, rest);
  pc_bytes_cut(bytes, at);
  put_bytes(answer, data, data_size);
  put_bytes(answer, tail, rest);
  free(tail);
}

/* The place where a line begins, or any. */
static inline size_t find_line(struct random_answer *answer)
{
  const struct pc_bytes *bytes = &answer->bytes;
  size_t at = random_below(answer, bytes->size);

  for (size_t i = at; i < bytes->size; i++)
    if (bytes->data[i] == '\n')
      return i + 1;
  return at;
}

static inline void spoil_line(struct random_answer *answer)
{
  static const char *const lines[] = {
      "content-length: 3\r\n",
      "content-length: 3, 4\r\n",
      "content-length : 3\r\n",
      "content-length: 18446744073709551619\r\n",
      "transfer-encoding: chunked\r\n",
      "transfer-encoding: gzip\r\n",
      "transfer-encoding: gzip, chunked\r\n",
      "transfer-encoding:\r\n chunked\r\n",
      "transfer-encoding : chunked\r\n",
      "Transfer-Encoding: \x0b"
      "chunked\r\n",
      " continued: 1\r\n",
      "no colon\r\n",
      ": no name\r\n",
      "a: b\rcontent-length: 3\r\n",
      "\r\n",
      "\n",
      "\r",
      "HTTP/1.1 103 again\r\n\r\n",
      "HTTP/1.1 101 switch\r\n\r\n",
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.1 2000 OK\r\n",
      "HTTP/2 200 OK\r\n",
      "0\r\n\r\n",
      "3;a\n",
      "3\r",
      "fffffffffffffffff\r\n",
      "0x3\r\n",
      "-3\r\n"};
  const char *line =
      lines[random_below(answer, sizeof(lines) / sizeof(*lines))];

  replace_at(answer, find_line(answer), 0, line, strlen(line));
}

static inline void spoil_byte(struct random_answer *answer)
{
  static const char bytes[] = "\0\r\n \t:;,0123af\x0b\x7f\xffx-/.";
  char byte = random_once_in(answer, 3)
                  ? (char)random_below(answer, 256)
                  : bytes[random_below(answer, sizeof(bytes) - 1)];
  size_t at = random_below(answer, answer->bytes.size);

  /* Replaced, added, or something removed. */
  replace_at(answer, at, random_below(answer, 2), &byte,
             random_once_in(answer, 4) ? 0 : 1);
}

/* Makes a hostile answer of a right one. */
static inline void spoil(struct random_answer *answer)
{
  for (size_t count = 1 + random_below(answer, 3); count; count--) {
    if (!answer->bytes.size)
      return;
    if (random_once_in(answer, 2))
      spoil_line(answer);
    else
      spoil_byte(answer);
  }
  drop_last_cr(answer);
}

#endif
