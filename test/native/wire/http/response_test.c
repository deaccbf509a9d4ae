#include "harness.h"

#include "answer_read.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define LENGTH(n) "content-length: " n "\r\n"
#define CHUNKED "transfer-encoding: chunked\r\n"
#define END "\r\n"

enum { LINE_SIZE = 512 };

struct sample {
  const char *text;
  const char *line; /* see answer_read.h */
};

/* Feeds a text in three pieces. */
static void read_cut(const char *text,
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

static void read_bytewise(const char *text, size_t size, char *line)
{
  struct answer_read read;

  answer_read_start(&read, false);
  for (size_t i = 0; i < size; i++)
    answer_read_feed(&read, text + i, 1);
  answer_read_tell(&read, line, LINE_SIZE);
  answer_read_stop(&read);
}

/* Whole, byte for byte, and cut at every two places. */
static void check_sized(const char *text, size_t size, const char *expected)
{
  char line[LINE_SIZE];

  read_cut(text, size, 0, 0, false, line);
  if (!CHECK_TEXT(line, expected)) {
    printf("%s\n", text);
    return;
  }
  read_bytewise(text, size, line);
  CHECK_TEXT(line, expected);
  for (size_t first = 0; first < size; first++)
    for (size_t second = first; second < size; second++) {
      read_cut(text, size, first, second, false, line);
      if (strcmp(line, expected) != 0) {
        printf("cut at %zu and %zu: %s\n", first, second, text);
        CHECK_TEXT(line, expected);
        return;
      }
    }
}

#define CHECK_SAMPLES(samples)                                                 \
  check_samples(samples, sizeof(samples) / sizeof(*(samples)))

static void check_samples(const struct sample *samples, size_t count)
{
  for (size_t i = 0; i < count; i++)
    check_sized(samples[i].text, strlen(samples[i].text), samples[i].line);
}

static void an_answer_is_as_long_as_it_says(void)
{
  static const struct sample samples[] = {
      {OK LENGTH("2") END "{}", "200 {} kept"},
      {OK LENGTH("0") END, "200  kept"},
      {OK LENGTH("000000000000000000000000000002") END "{}", "200 {} kept"},
      {OK LENGTH("2") LENGTH("2") END "{}", "200 {} kept"},
      {OK LENGTH("2, 2,02") END "{}", "200 {} kept"},
      {OK "Content-LENGTH:\t2 \t\r\n" END "{}", "200 {} kept"},
      {OK "content-length:2\r\n" END "{}", "200 {} kept"},
      {OK LENGTH("2") END "{}HTTP/1.1", "200 {} closed"},
      {OK LENGTH("2") END "{", "200 { cut"},
      {OK LENGTH("9223372036854775807") END "{}", "200 {} cut"},
  };
  CHECK_SAMPLES(samples);
}

static void a_length_that_cannot_be_trusted_is_refused(void)
{
  static const struct sample samples[] = {
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

static void a_body_may_come_in_chunks(void)
{
  static const struct sample samples[] = {
      {OK CHUNKED END "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", "200 {} kept"},
      {OK CHUNKED END "0\r\n\r\n", "200  kept"},
      {OK "Transfer-Encoding: \tCHUNKED\t\r\n" END "0\r\n\r\n", "200  kept"},
      {OK CHUNKED END "0\r\n\r\nx", "200  closed"},
      {OK CHUNKED END "1\r\n{\r\n", "200 { cut"},
      {OK CHUNKED END "0\r\na: b\r\n", "200  cut"},
      {OK CHUNKED END "zz\r\nmore", "PARSE_ERROR"},
  };
  CHECK_SAMPLES(samples);
}

static void other_codings_of_the_transfer_are_refused(void)
{
  static const struct sample samples[] = {
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

static void without_framing_the_close_is_the_end(void)
{
  static const struct sample samples[] = {
      {OK END "{}", "200 {} closed"},
      {OK END, "200  closed"},
      {OK "connection: keep-alive\r\n" END "{}", "200 {} closed"},
      {"HTTP/1.0 200 OK\r\n" END "{}", "200 {} closed"},
  };
  CHECK_SAMPLES(samples);
}

static void a_reset_is_no_end(void)
{
  struct answer_read read;
  const char *text = OK END "{}";

  answer_read_start(&read, false);
  answer_read_feed(&read, text, strlen(text));

  CHECK_NUMBER(pc_response_close(&read.response, false), PC_PARSE_ERROR);
  answer_read_stop(&read);
}

static void some_answers_have_no_body(void)
{
  static const struct sample samples[] = {
      {"HTTP/1.1 204 No\r\n" END, "204  kept"},
      {"HTTP/1.1 304 No\r\n" LENGTH("2") END, "304  kept"},
      {"HTTP/1.1 304 No\r\n" CHUNKED LENGTH("2") END, "304  kept"},
      {"HTTP/1.1 204 No\r\n" CHUNKED END "0\r\n\r\n", "204  closed"},
      {"HTTP/1.1 205 No\r\n" LENGTH("0") END, "205  kept"},
  };
  char line[LINE_SIZE];
  const char *text = OK LENGTH("2") END;

  CHECK_SAMPLES(samples);
  for (size_t cut = 0; cut < strlen(text); cut++) {
    read_cut(text, strlen(text), cut, cut, true, line);
    CHECK_TEXT(line, "200  kept");
  }
  text = OK CHUNKED END;
  read_cut(text, strlen(text), 0, 0, true, line);
  CHECK_TEXT(line, "200  kept");
  text = OK END;
  read_cut(text, strlen(text), 0, 0, true, line);
  CHECK_TEXT(line, "200  kept");
}

static void interim_answers_are_skipped(void)
{
  static const struct sample samples[] = {
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

static void the_connection_is_kept_as_both_wish(void)
{
  static const struct sample samples[] = {
      {OK "connection: close\r\n" LENGTH("0") END, "200  closed"},
      {OK "Connection: a,\tCLOSE ,b\r\n" LENGTH("0") END, "200  closed"},
      {OK "connection: keep-alive\r\nconnection: close\r\n" LENGTH("0") END,
       "200  closed"},
      {OK "connection: closed\r\n" LENGTH("0") END, "200  kept"},
      {OK "connection: \r\n" LENGTH("0") END, "200  kept"},
      {"HTTP/1.0 200 OK\r\n" LENGTH("0") END, "200  closed"},
      {"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n" LENGTH("0") END,
       "200  kept"},
      {"HTTP/1.0 200 OK\r\nconnection: keep-alive, close\r\n" LENGTH("0") END,
       "200  closed"},
      {"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n" CHUNKED END "0\r\n\r\n",
       "200  closed"},
  };
  CHECK_SAMPLES(samples);
}

static void what_is_no_status_line_is_refused(void)
{
  static const struct sample samples[] = {
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
  static const struct sample samples[] = {
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
    read_cut(spoilt, size, 0, 0, false, line);
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
  static const struct sample samples[] = {
      {OK "content-length:\r\n 2\r\n" END "{}", "200 {} kept"},
      {OK "transfer-encoding:\r\n\tchunked\r\n" END "0\r\n\r\n", "200  kept"},
      {OK "transfer-encoding: chunked\r\n ,gzip\r\n" END, "PARSE_ERROR"},
      {OK "connection:\n close\r\n" LENGTH("0") END, "200  closed"},
      {OK "a: b\r\n " LENGTH("0") END "{}", "200 {} closed"},
  };
  CHECK_SAMPLES(samples);
}

static void a_coding_of_the_content_is_told(void)
{
  const char *texts[] = {OK LENGTH("0") END,
                         OK "Content-Encoding: gzip\r\n" LENGTH("0") END};

  for (size_t i = 0; i < 2; i++) {
    struct answer_read read;

    answer_read_start(&read, false);
    answer_read_feed(&read, texts[i], strlen(texts[i]));

    CHECK(read.response.is_coded == (i == 1));
    answer_read_stop(&read);
  }
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
  };

  for (size_t i = 0; i < sizeof(endless) / sizeof(*endless); i++) {
    struct answer_read read;
    size_t fed = 0;

    answer_read_start(&read, false);
    answer_read_feed(&read, endless[i].start, strlen(endless[i].start));
    fed = feed_often(&read, endless[i].often, 2 * endless[i].most);

    CHECK_NUMBER(read.status, PC_TOO_LARGE);
    CHECK(fed > endless[i].most - 100 && fed < endless[i].most * 5 / 4);
    answer_read_stop(&read);
  }
}

static void it_tells_when_an_answer_begins(void)
{
  struct answer_read read;

  answer_read_start(&read, false);
  answer_read_feed(&read, "", 0);
  CHECK(!read.response.has_begun);
  answer_read_feed(&read, "H", 1);
  CHECK(read.response.has_begun);
  CHECK_NUMBER(read.response.http_status, 0);
  answer_read_stop(&read);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(an_answer_is_as_long_as_it_says),
      TEST(a_length_that_cannot_be_trusted_is_refused),
      TEST(a_body_may_come_in_chunks),
      TEST(other_codings_of_the_transfer_are_refused),
      TEST(without_framing_the_close_is_the_end),
      TEST(a_reset_is_no_end),
      TEST(some_answers_have_no_body),
      TEST(interim_answers_are_skipped),
      TEST(the_connection_is_kept_as_both_wish),
      TEST(what_is_no_status_line_is_refused),
      TEST(what_is_no_field_is_refused),
      TEST(a_nul_is_refused_wherever_it_stands),
      TEST(the_head_is_told_as_it_came),
      TEST(a_continued_field_is_one_line),
      TEST(a_coding_of_the_content_is_told),
      TEST(ceilings_hold),
      TEST(it_tells_when_an_answer_begins),
  };
  return HARNESS_RUN(tests);
}
