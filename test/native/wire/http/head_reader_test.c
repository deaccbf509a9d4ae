#include "harness.h"

#include "answer_read.h"

static void a_length_that_cannot_be_trusted_is_refused(void)
{
  static const struct answer_sample samples[] = {
      {OK LENGTH("2") LENGTH("3") END "{}", "PARSE_ERROR"},
      {OK LENGTH("2, 3") END "{}", "PARSE_ERROR"},
      {OK LENGTH("2,") END "{}", "PARSE_ERROR"},
      {OK LENGTH(",2") END "{}", "PARSE_ERROR"},
      {OK LENGTH("") END "{}", "PARSE_ERROR"},
      {OK LENGTH("-2") END "{}", "PARSE_ERROR"},
      {OK LENGTH("+2") END "{}", "PARSE_ERROR"},
      {OK LENGTH("2 2") END "{}", "PARSE_ERROR"},
      {OK LENGTH("2\r\n 2") END "{}", "PARSE_ERROR"},
      {OK LENGTH("0x2") END "{}", "PARSE_ERROR"},
      {OK LENGTH("2.0") END "{}", "PARSE_ERROR"},
      {OK LENGTH("9223372036854775808") END "{}", "PARSE_ERROR"},
      {OK LENGTH("18446744073709551618") END "{}", "PARSE_ERROR"},
      {OK LENGTH("99999999999999999999999") END "{}", "PARSE_ERROR"},
      {OK LENGTH("2") CHUNKED END "0\r\n\r\n", "PARSE_ERROR"},
      {OK CHUNKED LENGTH("2") END "0\r\n\r\n", "PARSE_ERROR"},
  };
  CHECK_SAMPLES(samples);
}

static void other_codings_of_the_transfer_are_refused(void)
{
  static const struct answer_sample samples[] = {
      {OK "transfer-encoding: gzip, chunked\r\n" END, "PARSE_ERROR"},
      {OK "transfer-encoding: chunked, gzip\r\n" END, "PARSE_ERROR"},
      {OK "transfer-encoding: chunked, chunked\r\n" END, "PARSE_ERROR"},
      {OK "transfer-encoding: gzip\r\n" END, "PARSE_ERROR"},
      {OK "transfer-encoding: identity\r\n" END, "PARSE_ERROR"},
      {OK "transfer-encoding: xchunked\r\n" END, "PARSE_ERROR"},
      {OK "transfer-encoding: \"chunked\"\r\n" END, "PARSE_ERROR"},
      {OK "transfer-encoding:\r\n" END, "PARSE_ERROR"},
      {OK CHUNKED CHUNKED END "0\r\n\r\n", "PARSE_ERROR"},
      {OK CHUNKED "transfer-encoding: gzip\r\n" END, "PARSE_ERROR"},
  };
  CHECK_SAMPLES(samples);
}

static void interim_answers_are_skipped(void)
{
  static const struct answer_sample samples[] = {
      {"HTTP/1.1 100 Continue\r\n" END OK LENGTH("2") END "{}", "200 {} kept"},
      {"HTTP/1.1 103 Hints\r\nlink: a\r\n" END
       "HTTP/1.1 102 Wait\r\n" LENGTH("7") CHUNKED END OK LENGTH("2") END "{}",
       "200 {} kept"},
      {"HTTP/1.1 103 Hints\r\n" END, "lost"},
      {"HTTP/1.1 103 Hints\r\n" END "{}", "PARSE_ERROR"},
      {"HTTP/1.1 101 Switching\r\nupgrade: h2c\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1 103 Hints\r\nnothing\r\n" END, "PARSE_ERROR"},
  };
  CHECK_SAMPLES(samples);
}

static void what_is_no_status_line_is_refused(void)
{
  static const struct answer_sample samples[] = {
      {"SSH-2.0-OpenSSH_9.2p1\r\n", "PARSE_ERROR"},
      {"SSH-2.0", "PARSE_ERROR"},
      {"H", "lost"},
      {"", "lost"},
      {"HTTP/1.", "lost"},
      {"HTTP/2", "PARSE_ERROR"},
      {"\r\n" OK END, "PARSE_ERROR"},
      {" " OK END, "PARSE_ERROR"},
      {"http/1.1 200 OK\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.2 200 OK\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1  200 OK\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1\t200 OK\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1 20 OK\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1 2000 OK\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1 -20 OK\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1 099 OK\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1 200OK\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1 200 \x01\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1 200 O\rK\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1\r\n" END, "PARSE_ERROR"},
      {"HTTP/1.1 200\r\n" LENGTH("0") END, "200  kept"},
      {"HTTP/1.1 200 \r\n" LENGTH("0") END, "200  kept"},
      {"HTTP/1.1 299 \xc3\xa4\t!\n" LENGTH("0") "\n", "299  kept"},
      {"HTTP/1.1 999 ?\r\n" LENGTH("0") END, "999  kept"},
  };
  CHECK_SAMPLES(samples);
}

static void what_is_no_field_is_refused(void)
{
  static const struct answer_sample samples[] = {
      {OK "nothing\r\n" END, "PARSE_ERROR"},
      {OK ": a\r\n" END, "PARSE_ERROR"},
      {OK "a : b\r\n" END, "PARSE_ERROR"},
      {OK "a b: c\r\n" END, "PARSE_ERROR"},
      {OK "content-length : 2\r\n" END "{}", "PARSE_ERROR"},
      {OK "\"a\": b\r\n" END, "PARSE_ERROR"},
      {OK "\xc3\xa4: b\r\n" END, "PARSE_ERROR"},
      {OK " a: b\r\n" END, "PARSE_ERROR"},
      {OK "a: b\rc: d\r\n" END, "PARSE_ERROR"},
      {OK "a: b\r\r\n" END, "PARSE_ERROR"},
      {OK "a: b\x0b\r\n" END, "PARSE_ERROR"},
      {OK "a: b\x7f\r\n" END, "PARSE_ERROR"},
      {OK "a-name: a value that is long, then a con\x1ftrol\r\n" END,
       "PARSE_ERROR"},
      {OK "a: b\r\n\r", "lost"},
      {OK "a: b\r\n\rx\r\n", "PARSE_ERROR"},
      {OK "a: \t\xe4\xff \r\nb:\n" LENGTH("0") "\n", "200  kept"},
  };
  CHECK_SAMPLES(samples);
}

static void a_nul_is_refused_wherever_it_stands(void)
{
  const char *text = OK "some-name: some value\r\n" LENGTH("0") END;
  size_t size = strlen(text);
  char line[LINE_SIZE];

  for (size_t at = 0; at + 1 < size; at++) {
    char spoilt[LINE_SIZE];

    memcpy(spoilt, text, size);
    spoilt[at] = '\0';
    answer_read_cut(spoilt, size, 0, 0, false, line);
    CHECK_TEXT(line, "PARSE_ERROR");
  }
}

static void check_head(const char *text, const char *expected)
{
  for (size_t cut = 0; cut < strlen(text); cut++) {
    struct answer_read read;

    answer_read_start(&read, false);
    answer_read_feed(&read, text, cut);
    answer_read_feed(&read, text + cut, strlen(text) - cut);

    CHECK_TEXT(read.head.data, expected);
    answer_read_stop(&read);
  }
}

static void the_head_is_told_as_it_came(void)
{
  check_head(OK "A-b:  c \t\r\nset-cookie: d\n" LENGTH("2") END "{}",
             OK "A-b:  c \t\r\nset-cookie: d\n" LENGTH("2") END);
  check_head("HTTP/1.1 103 Hints\r\nlink: a\r\n" END OK LENGTH("0") "\n",
             OK LENGTH("0") "\n");
}

static void a_continued_field_is_one_line(void)
{
  check_head(OK "a: b \t\r\n \t c\r\n\td\r\n" LENGTH("0") END,
             OK "a: b c d\r\n" LENGTH("0") END);
  check_head(OK "a:\n b\r\n \t\r\n" LENGTH("\r\n 0") END,
             OK "a: b \r\ncontent-length: 0\r\n" END);
  static const struct answer_sample samples[] = {
      {OK "content-length:\r\n 2\r\n" END "{}", "200 {} kept"},
      {OK "transfer-encoding:\r\n\tchunked\r\n" END "0\r\n\r\n", "200  kept"},
      {OK "transfer-encoding: chunked\r\n ,gzip\r\n" END, "PARSE_ERROR"},
      {OK "connection:\n close\r\n" LENGTH("0") END, "200  closed"},
      {OK "a: b\r\n " LENGTH("0") END "{}", "200 {} closed"},
  };
  CHECK_SAMPLES(samples);
}

/* Repeats a text until the reader has had enough, or `most` bytes. */
static size_t
feed_often(struct answer_read *read, const char *text, size_t most)
{
  size_t fed = 0;

  for (; fed < most && read->status == PC_OK; fed += strlen(text))
    answer_read_feed(read, text, strlen(text));
  return fed;
}

static void ceilings_hold(void)
{
  static const struct {
    const char *start;
    const char *often;
    size_t most;
  } endless[] = {
      {"", "HTTP/1.1 103 Hints\r\na: b\r\n\r\n", HEAD_MOST},
      {OK, "a: b\r\n", HEAD_MOST},
      {OK "a: ", "bbbbbbbbbb", HEAD_MOST},
      {OK "a: b\r\n", " bbbbbbbbbb\r\n", HEAD_MOST},
      {OK "a: b\r\n", "        \r\n", HEAD_MOST},
  };

  for (size_t i = 0; i < sizeof(endless) / sizeof(*endless); i++) {
    struct answer_read read;
    size_t fed = 0;

    answer_read_start(&read, false);
    answer_read_feed(&read, endless[i].start, strlen(endless[i].start));
    fed = feed_often(&read, endless[i].often, 2 * endless[i].most);

    CHECK_NUMBER(read.status, PC_TOO_LARGE);
    CHECK(fed > endless[i].most - 100 && fed < endless[i].most + 100);
    answer_read_stop(&read);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_length_that_cannot_be_trusted_is_refused),
      TEST(other_codings_of_the_transfer_are_refused),
      TEST(interim_answers_are_skipped),
      TEST(what_is_no_status_line_is_refused),
      TEST(what_is_no_field_is_refused),
      TEST(a_nul_is_refused_wherever_it_stands),
      TEST(the_head_is_told_as_it_came),
      TEST(a_continued_field_is_one_line),
      TEST(ceilings_hold),
  };
  return HARNESS_RUN(tests);
}
