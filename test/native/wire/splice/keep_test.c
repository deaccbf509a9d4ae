#include "harness.h"
#include "splice_joined.h"

#include "wire/splice/keep.h"

/* What of one answer is joined. */
static void check_kept(enum pc_splice_form form,
                       bool is_whole,
                       const struct joined_answer *one,
                       const char *expected)
{
  struct pc_splice_join join;

  pc_splice_join_init(&join, form, is_whole);
  joined_add(&join, one);
  CHECK_TEXT(join.parts[0].text.data, expected);
  pc_splice_join_deinit(&join);
}

static void indexes_go_on_where_the_batch_begins(void)
{
  check_kept(PC_SPLICE_EMBEDDINGS, false,
             &(struct joined_answer){
                 8, 3,
                 "{\"data\":[ {\"index\": 2 ,\"embedding\":[0.10,1e5]},"
                 "{\"x\":[],\"ind\\u0065x\":0} , {\"index\":1}]}"},
             " {\"index\": 10 ,\"embedding\":[0.10,1e5]},"
             "{\"x\":[],\"ind\\u0065x\":8} , {\"index\":9}");
  check_kept(PC_SPLICE_RERANK, false,
             &(struct joined_answer){UINT32_MAX - 1, 2,
                                     "[{\"index\":1},{\"index\":0}]"},
             "{\"index\":4294967295},{\"index\":4294967294}");
}

/* Longer indexes move items both to the front and to the back. */
static void many_items_keep_their_text_when_indexes_grow(void)
{
  enum { COUNT = 300, ROOM = 48 };
  static const uint32_t firsts[] = {1, 9, 700, 99900, 4000000000};
  char *sent = malloc(COUNT * ROOM);
  char *left = malloc(COUNT * ROOM);

  for (size_t i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
    size_t sent_size = (size_t)snprintf(sent, ROOM, "[");
    size_t left_size = 0;

    for (uint32_t j = 0; j < COUNT; j++) {
      const char *comma = j ? "," : "";
      uint32_t index = (j * 7) % COUNT;

      sent_size += (size_t)snprintf(
          sent + sent_size, ROOM, "%s{\"index\":%u,\"x\":%u}", comma, index, j);
      left_size +=
          (size_t)snprintf(left + left_size, ROOM, "%s{\"index\":%u,\"x\":%u}",
                           comma, firsts[i] + index, j);
    }
    snprintf(sent + sent_size, ROOM, "]");
    check_kept(PC_SPLICE_RERANK, false,
               &(struct joined_answer){firsts[i], COUNT, sent}, left);
  }
  free(sent);
  free(left);
}

static void classify_items_have_no_index_to_change(void)
{
  check_kept(PC_SPLICE_CLASSIFY, false,
             &(struct joined_answer){4, 2, "[[{\"index\":0}], []]"},
             "[{\"index\":0}], []");
}

static void a_value_is_kept_without_blanks_around_it(void)
{
  check_kept(PC_SPLICE_GENERIC, false,
             &(struct joined_answer){3, 1, "\xef\xbb\xbf { \"a\" : 1.50 } \n"},
             "{ \"a\" : 1.50 }");
  check_kept(PC_SPLICE_CLASSIFY, true, &(struct joined_answer){0, 1, "[1]"},
             "[1]");
}

static void an_empty_body_is_null(void)
{
  check_kept(PC_SPLICE_GENERIC, false, &(struct joined_answer){0, 1, ""},
             "null");
  check_kept(PC_SPLICE_GENERIC, false, &(struct joined_answer){0, 1, " \n"},
             "null");
}

/* The usual answer is megabytes behind a short head. */
static void the_first_embeddings_answer_is_not_moved(void)
{
  static const char body[] = "{\"object\":\"list\",\"data\":[{\"index\":0}],"
                             "\"usage\":{\"total_tokens\":1}}";

  check_kept(PC_SPLICE_EMBEDDINGS, false, &(struct joined_answer){0, 1, body},
             "{\"object\":\"list\",\"data\":[{\"index\":0}");
}

static void a_head_that_may_change_is_put_aside(void)
{
  check_kept(
      PC_SPLICE_EMBEDDINGS, false,
      &(struct joined_answer){0, 1, "{\"usage\":{},\"data\":[{\"index\":0}]}"},
      "{\"index\":0}");
  check_kept(PC_SPLICE_EMBEDDINGS, false,
             &(struct joined_answer){
                 0, 1, "{\"proxy_metadata\":1,\"data\":[{\"index\":0}]}"},
             "{\"index\":0}");
  check_kept(
      PC_SPLICE_EMBEDDINGS, false,
      &(struct joined_answer){0, 1, "\xef\xbb\xbf{\"data\":[{\"index\":0}]}"},
      "{\"index\":0}");
  check_kept(PC_SPLICE_RERANK, false,
             &(struct joined_answer){0, 1, "{\"data\":[{\"index\":0}]}"},
             "{\"index\":0}");
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(indexes_go_on_where_the_batch_begins),
      TEST(many_items_keep_their_text_when_indexes_grow),
      TEST(classify_items_have_no_index_to_change),
      TEST(a_value_is_kept_without_blanks_around_it),
      TEST(an_empty_body_is_null),
      TEST(the_first_embeddings_answer_is_not_moved),
      TEST(a_head_that_may_change_is_put_aside)};

  return HARNESS_RUN(tests);
}
