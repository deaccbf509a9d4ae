/*
 * splice_joined.h - answers read and joined in one go, for tests.
 */
#ifndef PC_TEST_SPLICE_JOINED_H
#define PC_TEST_SPLICE_JOINED_H

#include "harness.h"

#include "wire/splice/join.h"

/* One upstream answer. */
struct joined_answer {
  uint32_t first;
  uint32_t count;
  const char *text;
};

static inline struct pc_bytes joined_bytes(const char *text)
{
  struct pc_bytes bytes;

  pc_bytes_init(&bytes, SIZE_MAX / 4);
  if (*text && pc_bytes_append_text(&bytes, text) != PC_OK)
    abort();
  return bytes;
}

static inline void joined_add(struct pc_splice_join *join,
                              const struct joined_answer *one)
{
  static const char head[] = "HTTP/1.1 200 OK\r\nX-Id: 1\r\n\r\n";
  struct pc_splice_answer answer;
  struct pc_bytes text = joined_bytes(one->text);

  pc_splice_answer_init(&answer);
  CHECK(pc_splice_answer_expect(&answer, join->form, one->count,
                                join->is_whole) == PC_OK);
  CHECK(pc_splice_answer_read(&answer, text.data, text.size, true) == PC_OK);
  CHECK_TEXT(answer.fault.reason, "");
  CHECK(pc_splice_join_add(join, &answer, &text,
                           (struct pc_text){.data = head, .size = strlen(head)},
                           one->first, one->count, 0.5) == PC_OK);
  CHECK(!text.data);
  pc_splice_answer_deinit(&answer);
}

/* Finishes the join and gives the body as one text. */
static inline struct pc_bytes joined_finish(struct pc_splice_join *join,
                                            bool is_bare)
{
  static const char metadata[] = "{\"customer_request_id\":\"x\"";
  struct pc_splice_facts facts = {
      .metadata = {.data = metadata, .size = strlen(metadata)},
      .total_seconds = 1.25,
      .is_bare = is_bare};
  struct pc_bytes body = joined_bytes("");

  CHECK(pc_splice_join_finish(join, &facts) == PC_OK);
  for (uint32_t i = 0; i < join->chunk_count; i++)
    CHECK(pc_bytes_append(&body, join->chunks[i].data, join->chunks[i].size) ==
          PC_OK);
  return body;
}

/* The metadata of so many batches; `responses` as text, or "". */
static inline void
joined_metadata(char *to, size_t size, uint32_t batches, const char *responses)
{
  snprintf(to, size,
           "\"proxy_metadata\":{\"customer_request_id\":\"x\",\"total_time\":"
           "1.25,\"batch_count\":%u,%s\"response_headers\":[",
           batches, responses);
  for (uint32_t i = 0; i < batches; i++)
    snprintf(to + strlen(to), size - strlen(to), "%s{\"x-id\":\"1\"}",
             i ? "," : "");
  snprintf(to + strlen(to), size - strlen(to),
           "],\"individual_request_times\":[");
  for (uint32_t i = 0; i < batches; i++)
    snprintf(to + strlen(to), size - strlen(to), "%s0.5", i ? "," : "");
  snprintf(to + strlen(to), size - strlen(to), "]}");
}

/*
 * Joins the answers and compares; in `expected`, $M is the metadata, and $R
 * that with a response count.
 */
static inline void joined_check(enum pc_splice_form form,
                                bool is_whole,
                                bool is_bare,
                                const struct joined_answer *answers,
                                uint32_t count,
                                const char *expected)
{
  struct pc_splice_join join;
  struct pc_bytes body = {0};
  struct pc_bytes wanted = joined_bytes("");
  const char *at = expected;
  char responses[32];
  char metadata[4096];

  pc_splice_join_init(&join, form, is_whole);
  for (uint32_t i = 0; i < count; i++)
    joined_add(&join, &answers[i]);
  body = joined_finish(&join, is_bare);

  snprintf(responses, sizeof(responses), "\"response_count\":%u,", count);
  for (const char *mark = strchr(at, '$'); mark; mark = strchr(at, '$')) {
    joined_metadata(metadata, sizeof(metadata), count,
                    mark[1] == 'R' ? responses : "");
    CHECK(pc_bytes_append(&wanted, at, (size_t)(mark - at)) == PC_OK);
    CHECK(pc_bytes_append_text(&wanted, metadata) == PC_OK);
    at = mark + 2;
  }
  CHECK(pc_bytes_append_text(&wanted, at) == PC_OK);
  CHECK_TEXT(body.data, wanted.data);
  pc_bytes_deinit(&wanted);
  pc_bytes_deinit(&body);
  pc_splice_join_deinit(&join);
}

#endif
