#include "harness.h"

#include "base/bytes.h"
#include "wire/http/chunked.h"

enum { BODY_MOST = 1024 * 1024, DROPPED_MOST = 64 * 1024 };

struct sample {
  const char *text;
  const char *body; /* what it holds */
  size_t left;      /* bytes that are not read, as they are behind the end */
};

/* Feeds one piece, from memory of just its size. False: it was refused. */
static bool feed(struct pc_chunked *chunked,
                 struct pc_bytes *body,
                 struct pc_text piece,
                 size_t *left)
{
  char *copy = malloc(piece.size ? piece.size : 1);
  struct pc_text input = {.data = copy, .size = piece.size};
  struct pc_text out = {.size = 1};
  bool is_fine = copy != NULL;

  if (copy && piece.size)
    memcpy(copy, piece.data, piece.size);
  while (is_fine && out.size) {
    is_fine = pc_chunked_read(chunked, &input, &out) == PC_OK &&
              pc_bytes_append(body, out.data, out.size) == PC_OK;
  }
  *left = input.size;
  free(copy);
  return is_fine;
}

/* Reads a text in two pieces; answers whether it is fine as far as it goes. */
static bool read_cut(const char *text,
                     size_t cut,
                     struct pc_chunked *chunked,
                     struct pc_bytes *body,
                     size_t *left)
{
  size_t rest = 0;

  pc_chunked_start(chunked);
  pc_bytes_clear(body);
  if (!feed(chunked, body, (struct pc_text){text, cut}, left))
    return false;
  rest = strlen(text) - cut;
  if (pc_chunked_is_whole(chunked)) {
    *left += rest;
    return true;
  }
  return feed(chunked, body, (struct pc_text){text + cut, rest}, left);
}

static void check_whole(const struct sample *sample)
{
  struct pc_bytes body;
  struct pc_chunked chunked;

  pc_bytes_init(&body, BODY_MOST);
  for (size_t cut = 0; cut <= strlen(sample->text); cut++) {
    size_t left = 0;

    CHECK(read_cut(sample->text, cut, &chunked, &body, &left));
    CHECK(pc_chunked_is_whole(&chunked));
    CHECK_NUMBER(left, sample->left);
    CHECK_TEXT(body.data ? body.data : "", sample->body);
  }
  pc_bytes_deinit(&body);
}

static void check_refused(const char *text)
{
  struct pc_bytes body;
  struct pc_chunked chunked;

  pc_bytes_init(&body, BODY_MOST);
  for (size_t cut = 0; cut <= strlen(text); cut++) {
    size_t left = 0;

    if (!CHECK(!read_cut(text, cut, &chunked, &body, &left)))
      printf("cut at %zu: %s\n", cut, text);
  }
  pc_bytes_deinit(&body);
}

static void chunks_are_put_together(void)
{
  static const struct sample samples[] = {
      {"0\r\n\r\n", "", 0},
      {"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", "{}", 0},
      {"000\r\n\r\n", "", 0},
      {"00A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0},
      {"0000000000000002\r\n{}\r\n0\r\n\r\n", "{}", 0},
      {"2\r\n\r\n\r\n0\r\n\r\n", "\r\n", 0},
      {"2\r\n{}\r\n0\r\n\r\n0\r\n\r\n", "{}", 5},
  };

  for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
    check_whole(&samples[i]);
}

static void extensions_and_trailers_are_dropped(void)
{
  static const struct sample samples[] = {
      {"2;a=\"b\";c\r\n{}\r\n0;d\r\n\r\n", "{}", 0},
      {"2 \t\r\n{}\r\n0 ;\td\r\n\r\n", "{}", 0},
      {"0\r\na: b\r\nHTTP/1.1: \t500\r\nc:\r\n\r\n", "", 0},
  };

  for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
    check_whole(&samples[i]);
}

static void what_cannot_be_trusted_is_refused(void)
{
  static const char *const texts[] = {
      "\r\n{}",
      "zz\r\nmore",
      "0x2\r\n{}",
      "-2\r\n{}",
      " 2\r\n{}",
      ";a\r\n{}",
      "2 2\r\n{}",
      "2\t;a\x7f\r\n{}",
      "8000000000000000\r\n{}",
      "10000000000000002\r\n{}",
      "00000000000000002\r\n{}",
      "2\n{}\r\n0\r\n\r\n",
      "2\r{}\r\n0\r\n\r\n",
      "2;a\n{}\r\n0\r\n\r\n",
      "2;a\x01\r\n{}\r\n0\r\n\r\n",
      "2\r\n{}\n0\r\n\r\n",
      "2\r\n{}\r0\r\n\r\n",
      "2\r\n{}}\r\n0\r\n\r\n",
      "2\r\n{\r\n0\r\n\r\n",
      "0\r\n\n",
      "0\r\n\rx",
      "0\r\na\r\n\r\n",
      "0\r\n: a\r\n\r\n",
      "0\r\na\x01: b\r\n\r\n",
      "0\r\n a: b\r\n\r\n",
      "0\r\na: b\n\r\n",
      "0\r\na: b\rc\r\n\r\n",
      "0\r\na: b\r\n c: d\r\n\r\n",
      "0\r\na: \x7f\r\n\r\n",
  };

  for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
    check_refused(texts[i]);
}

static void the_largest_size_is_read(void)
{
  struct pc_chunked chunked;
  struct pc_text input = pc_text_of("7fffffffffffffff\r\n{");
  struct pc_text out = {0};

  pc_chunked_start(&chunked);

  CHECK_NUMBER(pc_chunked_read(&chunked, &input, &out), PC_OK);
  CHECK_NUMBER(out.size, 1);
  CHECK_NUMBER(chunked.left, INT64_MAX - 1);
}

static void what_is_dropped_has_a_ceiling(void)
{
  static const char *const endless[][2] = {{"2;", "aaaaaaaaaa"},
                                           {"2", "          "},
                                           {"0\r\n", "a: b\r\n"},
                                           {"0\r\na: ", "bbbbbbbbbb"},
                                           {"0\r\n", "bbbbbbbbbb"}};

  for (size_t i = 0; i < sizeof(endless) / sizeof(*endless); i++) {
    struct pc_chunked chunked;
    struct pc_text input = pc_text_of(endless[i][0]);
    struct pc_text out = {0};
    size_t fed = 0;

    pc_chunked_start(&chunked);
    enum pc_status status = pc_chunked_read(&chunked, &input, &out);
    while (status == PC_OK && fed < 2 * DROPPED_MOST) {
      input = pc_text_of(endless[i][1]);
      fed += input.size;
      status = pc_chunked_read(&chunked, &input, &out);
    }

    CHECK_NUMBER(status, PC_TOO_LARGE);
    CHECK(fed > DROPPED_MOST - 100 && fed < DROPPED_MOST + 100);
  }
}

static void every_chunk_may_have_an_extension(void)
{
  struct pc_chunked chunked;
  size_t count = 0;

  pc_chunked_start(&chunked);
  for (size_t i = 0; i < 10000; i++) {
    struct pc_text input = pc_text_of("1;signature=0123456789\r\nx\r\n");
    struct pc_text out = {.size = 1};

    while (out.size) {
      CHECK_NUMBER(pc_chunked_read(&chunked, &input, &out), PC_OK);
      count += out.size;
    }
  }
  CHECK_NUMBER(count, 10000);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(chunks_are_put_together),
      TEST(extensions_and_trailers_are_dropped),
      TEST(what_cannot_be_trusted_is_refused),
      TEST(the_largest_size_is_read),
      TEST(what_is_dropped_has_a_ceiling),
      TEST(every_chunk_may_have_an_extension),
  };
  return HARNESS_RUN(tests);
}
