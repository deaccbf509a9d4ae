#include "harness.h"

#include "answer_read.h"

static void an_answer_is_as_long_as_it_says(void)
{
  static const struct answer_sample samples[] = {
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

static void a_body_may_come_in_chunks(void)
{
  static const struct answer_sample samples[] = {
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

static void without_framing_the_close_is_the_end(void)
{
  static const struct answer_sample samples[] = {
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

static void bytes_behind_an_answer_close_the_connection(void)
{
  const char *texts[] = {OK LENGTH("2") END "{}x", OK LENGTH("0") END "x",
                         OK CHUNKED END "0\r\n\r\nx"};

  for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
    struct answer_read read;

    answer_read_start(&read, false);
    answer_read_feed(&read, texts[i], strlen(texts[i]));

    CHECK(read.is_ended);
    CHECK_NUMBER(read.excess, 1);
    CHECK(!read.response.may_be_kept);
    answer_read_stop(&read);
  }
}

static void who_reads_on_is_told_the_end(void)
{
  struct answer_read read;
  struct pc_response_step step = {.kind = PC_RESPONSE_MORE};

  answer_read_start(&read, false);
  answer_read_feed(&read, OK LENGTH("2") END "{}",
                   strlen(OK LENGTH("2") END "{}"));

  for (int i = 0; i < 2; i++) {
    CHECK_NUMBER(pc_response_read(&read.response, "", 0, &step), PC_OK);
    CHECK(step.kind == PC_RESPONSE_END && step.is_last);
    CHECK(read.response.may_be_kept);
  }
  answer_read_stop(&read);
}

static void some_answers_have_no_body(void)
{
  static const struct answer_sample samples[] = {
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
    answer_read_cut(text, strlen(text), cut, cut, true, line);
    CHECK_TEXT(line, "200  kept");
  }
  text = OK CHUNKED END;
  answer_read_cut(text, strlen(text), 0, 0, true, line);
  CHECK_TEXT(line, "200  kept");
  text = OK END;
  answer_read_cut(text, strlen(text), 0, 0, true, line);
  CHECK_TEXT(line, "200  kept");
}

static void the_connection_is_kept_as_both_wish(void)
{
  static const struct answer_sample samples[] = {
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
      TEST(a_body_may_come_in_chunks),
      TEST(without_framing_the_close_is_the_end),
      TEST(a_reset_is_no_end),
      TEST(bytes_behind_an_answer_close_the_connection),
      TEST(who_reads_on_is_told_the_end),
      TEST(some_answers_have_no_body),
      TEST(the_connection_is_kept_as_both_wish),
      TEST(a_coding_of_the_content_is_told),
      TEST(it_tells_when_an_answer_begins),
  };
  return HARNESS_RUN(tests);
}
