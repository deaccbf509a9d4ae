#include "harness.h"

#include "base/bytes.h"
#include "json_trace.h"
#include "wire/json/scan.h"

static void hands_out_every_kind_of_token(void)
{
  CHECK_TEXT(
      scan("{\"a\":[1,-2.5e3,true,false,null],\"b\":{\"c\":\"d\"}}").text,
      "{ k=a [ n=1 n=-2.5e3 true false null ] k=b { k=c s=d } } .");
  CHECK_TEXT(scan("[]").text, "[ ] .");
  CHECK_TEXT(scan("{}").text, "{ } .");
  CHECK_TEXT(scan("[[],{},\"\"]").text, "[ [ ] { } s= ] .");
  CHECK_TEXT(scan("12").text, "n=12 .");
  CHECK_TEXT(scan("\"x\"").text, "s=x .");
  CHECK_TEXT(scan("null").text, "null .");
}

static void hands_out_strings_with_escapes_as_sent(void)
{
  CHECK_TEXT(scan("[\"a\\\"b\\\\\",\"\\u00e9\\/\"]").text,
             "[ s=a\\\"b\\\\ s=\\u00e9\\/ ] .");
}

static void skips_blanks_of_all_four_kinds(void)
{
  CHECK_TEXT(
      scan(" \t\r\n{ \"a\" :\t1 ,\r\n                 \"b\" : [ ] } \n").text,
      "{ k=a n=1 k=b [ ] } .");
  CHECK_TEXT(scan("[1\v]").text,
             "[ n=1 !2 a comma or a closing bracket was expected");
  CHECK_TEXT(scan("\xc2\xa0[]").text, "!0 a value was expected");
}

static const struct {
  const char *text;
  const char *trace;
} refused[] = {
    {"", "!0 the text ends too early"},
    {"  ", "!2 the text ends too early"},
    {"[", "[ !1 the text ends too early"},
    {"[1", "[ n=1 !2 the text ends too early"},
    {"[1,", "[ n=1 !3 the text ends too early"},
    {"{\"a", "{ !3 the text ends too early"},
    {"{\"a\"", "{ k=a !4 the text ends too early"},
    {"tru", "!3 the text ends too early"},
    {"-", "!1 the text ends too early"},
    {"\"\\u12", "!5 the text ends too early"},
    {"\"\xe2\x82", "!3 the text ends too early"},
    {"<html>", "!0 a value was expected"},
    {"SSH-2.0-x", "!0 a value was expected"},
    {"[,]", "[ !1 a value was expected"},
    {"[1,]", "[ n=1 !3 a value was expected"},
    {"[NaN]", "[ !1 a value was expected"},
    {"[+1]", "[ !1 a value was expected"},
    {"[.5]", "[ !1 a value was expected"},
    {"['a']", "[ !1 a value was expected"},
    {"trap", "!0 a value was expected"},
    {"{\"a\":}", "{ k=a !5 a value was expected"},
    {"{,}", "{ !1 a member name was expected"},
    {"{1:2}", "{ !1 a member name was expected"},
    {"{\"a\":1,}", "{ k=a n=1 !7 a member name was expected"},
    {"{\"a\" 1}", "{ k=a !5 a colon was expected"},
    {"{\"a\",1}", "{ k=a !4 a colon was expected"},
    {"[1 2]", "[ n=1 !3 a comma or a closing bracket was expected"},
    {"[1}", "[ n=1 !2 a comma or a closing bracket was expected"},
    {"{\"a\":1]", "{ k=a n=1 !6 a comma or a closing bracket was expected"},
    {"[01]", "[ n=0 !2 a comma or a closing bracket was expected"},
    {"[1:2]", "[ n=1 !2 a comma or a closing bracket was expected"},
    {"[truely]", "[ true !5 a comma or a closing bracket was expected"},
    {"[-a]", "[ !2 a digit was expected"},
    {"[1.]", "[ !3 a digit was expected"},
    {"[1e+]", "[ !4 a digit was expected"},
    {"]", "!0 a value was expected"},
    {"{} {}", "{ } !3 nothing may follow the value"},
    {"1,", "n=1 !1 nothing may follow the value"},
    {"[] // end", "[ ] !3 nothing may follow the value"},
    {"[\"a\nb\"]", "[ !3 control character in a string"},
    {"[\"\\x41\"]", "[ !2 unknown escape in a string"},
    {"[\"\\u12g4\"]", "[ !2 four hex digits must follow \\u"},
    {"[\"\xff\"]", "[ !2 not UTF-8"},
    {"{\"\xed\xa0\x80\":1}", "{ !2 not UTF-8"},
    {"[1]\xff", "[ n=1 ] !3 nothing may follow the value"},
};

enum { REFUSED_COUNT = sizeof(refused) / sizeof(*refused) };

static void says_what_is_not_json_and_where(void)
{
  for (size_t i = 0; i < REFUSED_COUNT; i++)
    CHECK_TEXT(scan(refused[i].text).text, refused[i].trace);
}

static void refuses_a_nul_byte_wherever_it_stands(void)
{
  CHECK_TEXT(scan_cut("[\0]", 3, 0).text, "[ !1 a value was expected");
  CHECK_TEXT(scan_cut("[1\0]", 4, 0).text,
             "[ n=1 !2 a comma or a closing bracket was expected");
  CHECK_TEXT(scan_cut("[\"\0\"]", 5, 0).text,
             "[ !2 control character in a string");
  CHECK_TEXT(scan_cut("[]\0", 3, 0).text,
             "[ ] !2 nothing may follow the value");
}

static const char *const accepted[] = {
    "{\"a\":[1,-2.5e3,true,false,null],\"b\":{\"c\":\"d\\u00e9\\n\"},\"e\":"
    "\"\"}",
    "[\"a rather long string without anything in it that is special\",\"\"]",
    "\xef\xbb\xbf {\"caf\xc3\xa9\" : \"\xe6\x97\xa5\xf0\x9f\x98\x80\"} ",
    "  123456789012345678901234567890.0123456789e+123  ",
    "[[[[{\"x\":[{},{},[],[[]]]}]]],\"\\\\\",\"\\\"\",\"\\ud83d\\ude00\"]\n",
    "false",
};

enum { ACCEPTED_COUNT = sizeof(accepted) / sizeof(*accepted) };

static void check_every_cut(const char *text, size_t size)
{
  struct trace whole = scan_cut(text, size, 0);

  for (size_t cut = 1; cut <= size; cut++)
    CHECK_TEXT(scan_cut(text, size, cut).text, whole.text);
  CHECK_TEXT(scan_crumbs(text, size).text, whole.text);
}

static void every_cut_gives_the_same_tokens(void)
{
  for (size_t i = 0; i < ACCEPTED_COUNT; i++) {
    const char *trace = scan(accepted[i]).text;

    CHECK(trace[strlen(trace) - 1] == '.');
    check_every_cut(accepted[i], strlen(accepted[i]));
  }
}

static void every_cut_gives_the_same_refusal(void)
{
  for (size_t i = 0; i < REFUSED_COUNT; i++)
    check_every_cut(refused[i].text, strlen(refused[i].text));
}

static void refuses_a_truncated_text_at_every_length(void)
{
  static const char text[] =
      "{\"a\":[1,-2.5e3,true,null],\"b\":{\"c\":\"d\\u00e9\xc3\xa9\"}}";

  for (size_t size = 0; size < sizeof(text) - 1; size++) {
    struct trace trace = scan_cut(text, size, 0);

    if (!CHECK(strstr(trace.text, " the text ends too early") != NULL))
      printf("  at %zu: %s\n", size, trace.text);
  }
}

static void a_string_in_pieces_is_read_once(void)
{
  char text[4096];
  struct pc_json_scan state;

  memset(text, 'x', sizeof(text));
  text[0] = '"';
  pc_json_scan_init(&state);
  for (size_t size = 1; size < sizeof(text); size++) {
    CHECK(pc_json_scan_next(&state, text, size, false) == PC_JSON_MORE);
    text[size - 1] = '"'; /* would end the string if it were read again */
  }
  text[0] = '"';
  text[sizeof(text) - 1] = '"';

  CHECK(pc_json_scan_next(&state, text, sizeof(text), true) == PC_JSON_STRING);
  CHECK_NUMBER(state.size, sizeof(text) - 2);
}

static void a_number_in_pieces_is_read_once(void)
{
  char text[4096];
  struct pc_json_scan state;

  memset(text, '7', sizeof(text));
  pc_json_scan_init(&state);
  for (size_t size = 1; size < sizeof(text); size++) {
    CHECK(pc_json_scan_next(&state, text, size, false) == PC_JSON_MORE);
    if (size > 1)
      text[size - 1] = 'x'; /* no number if it were read again */
  }

  CHECK(pc_json_scan_next(&state, text, sizeof(text), true) == PC_JSON_NUMBER);
  CHECK_NUMBER(state.size, sizeof(text));
}

/* Scans `depth` opening brackets and as many closing ones. */
static struct pc_json_scan scan_nested(size_t depth, enum pc_json_token *end)
{
  struct pc_json_scan state;
  char *text = malloc(2 * depth);

  if (!CHECK(text != NULL))
    exit(EXIT_FAILURE);
  memset(text, '[', depth);
  memset(text + depth, ']', depth);
  pc_json_scan_init(&state);
  do
    *end = pc_json_scan_next(&state, text, 2 * depth, true);
  while (*end > PC_JSON_END);
  free(text);
  return state;
}

static void nests_512_deep_and_no_deeper(void)
{
  enum pc_json_token end = PC_JSON_MORE;
  struct pc_json_scan state = scan_nested(PC_JSON_MAX_DEPTH, &end);

  CHECK(end == PC_JSON_END);
  state = scan_nested(PC_JSON_MAX_DEPTH + 1, &end);
  CHECK(end == PC_JSON_BAD);
  CHECK_TEXT(state.reason, "nested deeper than 512");
  CHECK_NUMBER(state.at, PC_JSON_MAX_DEPTH);
  state = scan_nested(200000, &end);
  CHECK_TEXT(state.reason, "nested deeper than 512");
}

static void remembers_at_every_depth_whether_it_is_in_an_object(void)
{
  struct pc_json_scan state;
  struct pc_bytes text;
  enum pc_json_token token = PC_JSON_MORE;

  pc_bytes_init(&text, 1 << 20);
  for (int i = 0; i < PC_JSON_MAX_DEPTH / 2; i++)
    CHECK(pc_bytes_append_text(&text, "[{\"a\":") == PC_OK);
  CHECK(pc_bytes_append_text(&text, "0") == PC_OK);
  for (int i = 0; i < PC_JSON_MAX_DEPTH / 2; i++)
    CHECK(pc_bytes_append_text(&text, ",\"b\":1},2]") == PC_OK);
  pc_json_scan_init(&state);
  do
    token = pc_json_scan_next(&state, text.data, text.size, true);
  while (token > PC_JSON_END);
  pc_bytes_deinit(&text);

  CHECK(token == PC_JSON_END);
}

static void skips_a_byte_order_mark_only_at_the_start(void)
{
  CHECK_TEXT(scan("\xef\xbb\xbf[1]").text, "[ n=1 ] .");
  CHECK_TEXT(scan("\xef\xbb[1]").text, "!0 a value was expected");
  CHECK_TEXT(scan(" \xef\xbb\xbf[1]").text, "!1 a value was expected");
  CHECK_TEXT(scan("\xef\xbb\xbf").text, "!3 the text ends too early");
}

static void knows_whether_all_was_ascii(void)
{
  struct pc_json_scan state;

  pc_json_scan_init(&state);
  CHECK(pc_json_scan_next(&state, "\"a\"", 3, true) == PC_JSON_STRING);
  CHECK(state.is_ascii);
  pc_json_scan_init(&state);
  CHECK(pc_json_scan_next(&state, "\"\xc3\xa4\"", 4, true) == PC_JSON_STRING);
  CHECK(!state.is_ascii);
}

static void goes_on_behind_an_array_that_the_caller_read(void)
{
  static const char text[] = "{\"a\":[1, 2, 3],\"b\":4}";
  struct pc_json_scan state;

  pc_json_scan_init(&state);
  while (pc_json_scan_next(&state, text, sizeof(text) - 1, true) !=
         PC_JSON_ARRAY_BEGIN)
    continue;
  pc_json_scan_leave_array(&state, (size_t)(strchr(text, ']') + 1 - text));

  CHECK(pc_json_scan_next(&state, text, sizeof(text) - 1, true) == PC_JSON_KEY);
  CHECK(pc_json_scan_is(&state, text, "b"));
  CHECK_NUMBER(state.depth, 1);
}

static void compares_the_whole_slice(void)
{
  struct pc_json_scan state;

  pc_json_scan_init(&state);
  CHECK(pc_json_scan_next(&state, "\"data\"", 6, true) == PC_JSON_STRING);
  CHECK(pc_json_scan_is(&state, "\"data\"", "data"));
  CHECK(!pc_json_scan_is(&state, "\"data\"", "dat"));
  CHECK(!pc_json_scan_is(&state, "\"data\"", "data2"));
}

static void stays_bad_once_it_was(void)
{
  struct pc_json_scan state;
  struct pc_fault fault;

  pc_json_scan_init(&state);
  CHECK(pc_json_scan_next(&state, "x", 1, false) == PC_JSON_BAD);
  CHECK(pc_json_scan_next(&state, "[]", 2, true) == PC_JSON_BAD);
  CHECK(pc_json_scan_explain(&state, 16, &fault) == PC_PARSE_ERROR);
  CHECK_TEXT(fault.reason, "not JSON at byte 16: a value was expected");
}

static unsigned next_random(unsigned *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

static void garbage_is_refused_alike_in_one_piece_and_in_crumbs(void)
{
  static const char letters[] = "{}[]:,\"\"\\u0aeE+-.19tfn \n\xc3\xa9\xed\xff";
  unsigned random = 2463534242u;

  for (long round = harness_rounds(20000); round > 0; round--) {
    char text[24];
    size_t size = next_random(&random) % sizeof(text);
    struct trace whole = {.size = 0};

    for (size_t i = 0; i < size; i++)
      text[i] = letters[next_random(&random) % (sizeof(letters) - 1)];
    whole = scan_cut(text, size, 0);
    CHECK_TEXT(scan_crumbs(text, size).text, whole.text);
    CHECK_TEXT(scan_cut(text, size, size / 2).text, whole.text);
  }
}

static void mutated_texts_are_judged_alike_in_one_piece_and_in_crumbs(void)
{
  unsigned random = 88172645u;

  for (long round = harness_rounds(5000); round > 0; round--) {
    char text[128];
    const char *from = accepted[(size_t)round % ACCEPTED_COUNT];
    size_t size = strlen(from);

    memcpy(text, from, size);
    for (int change = 0; change < 2; change++)
      text[next_random(&random) % size] = (char)next_random(&random);
    CHECK_TEXT(scan_crumbs(text, size).text, scan_cut(text, size, 0).text);
  }
}

static void a_value_is_skipped_to_its_end_and_no_further(void)
{
  static const char *const values[] = {"1",  "\"a\"",          "null",
                                       "[]", "{\"b\":[1,{}]}", "[[[]],[]]"};

  for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
    char text[64];
    struct pc_json_scan scan;
    size_t size = (size_t)snprintf(text, sizeof(text), "[%s,true]", values[i]);
    enum pc_json_token token = PC_JSON_BAD;

    pc_json_scan_init(&scan);
    CHECK(pc_json_scan_next(&scan, text, size, true) == PC_JSON_ARRAY_BEGIN);
    token = pc_json_scan_next(&scan, text, size, true);
    CHECK(pc_json_scan_skip_value(&scan, text, size, token));
    CHECK_NUMBER(scan.at, 1 + strlen(values[i]));
    CHECK(pc_json_scan_next(&scan, text, size, true) == PC_JSON_TRUE);
  }
}

static void a_bad_value_cannot_be_skipped(void)
{
  static const char *const values[] = {"", "[1", "[1}", "{\"a\"}", "nul"};

  for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
    size_t size = strlen(values[i]);
    struct pc_json_scan scan;
    enum pc_json_token token = PC_JSON_BAD;

    pc_json_scan_init(&scan);
    token = pc_json_scan_next(&scan, values[i], size, true);
    CHECK(!pc_json_scan_skip_value(&scan, values[i], size, token));
    CHECK(pc_json_scan_next(&scan, values[i], size, true) == PC_JSON_BAD);
  }
}

/* Where a text ends, and how; `crumb` bytes at a time, 0 for all at once. */
static enum pc_json_token
scan_passing(const char *text, bool passes, size_t crumb, size_t *at)
{
  struct pc_json_scan scan;
  size_t whole = strlen(text);
  size_t size = crumb && crumb < whole ? crumb : whole;
  enum pc_json_token token = PC_JSON_MORE;

  pc_json_scan_init(&scan);
  do {
    token = pc_json_scan_next(&scan, text, size, size == whole);
    if (token == PC_JSON_MORE)
      size = size + crumb < whole ? size + crumb : whole;
    else if (passes)
      pc_json_scan_pass(&scan, token);
  } while (token > PC_JSON_END || token == PC_JSON_MORE);
  *at = scan.at;
  return token;
}

static void passing_over_a_value_changes_no_verdict(void)
{
  static const char *const parts[] = {
      "0.12345678,", "-1.5e-05,", "12,",    " ", "[", "]", "{\"a\":", "}",
      ",",           "01,",       "\"b\",", "1", ".", "-", "null"};
  uint64_t state = 11;

  for (long round = harness_rounds(20000); round; round--) {
    char text[600] = "[";
    size_t plain_at = 0;
    size_t fast_at = 0;
    enum pc_json_token token = PC_JSON_BAD;

    for (uint64_t left = harness_random(&state) % 30; left; left--) {
      uint64_t pick = harness_random(&state) % 45;

      strncat(text, parts[pick < 15 ? pick : pick % 3], 16);
    }
    strncat(text, "1]", 3);
    token = scan_passing(text, false, 0, &plain_at);
    CHECK(scan_passing(text, true, 0, &fast_at) == token);
    CHECK_NUMBER(fast_at, plain_at);
    CHECK(scan_passing(text, true, 1 + (size_t)round % 90, &fast_at) == token);
    CHECK_NUMBER(fast_at, plain_at);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(hands_out_every_kind_of_token),
      TEST(hands_out_strings_with_escapes_as_sent),
      TEST(skips_blanks_of_all_four_kinds),
      TEST(says_what_is_not_json_and_where),
      TEST(refuses_a_nul_byte_wherever_it_stands),
      TEST(every_cut_gives_the_same_tokens),
      TEST(every_cut_gives_the_same_refusal),
      TEST(refuses_a_truncated_text_at_every_length),
      TEST(a_string_in_pieces_is_read_once),
      TEST(a_number_in_pieces_is_read_once),
      TEST(nests_512_deep_and_no_deeper),
      TEST(remembers_at_every_depth_whether_it_is_in_an_object),
      TEST(skips_a_byte_order_mark_only_at_the_start),
      TEST(knows_whether_all_was_ascii),
      TEST(goes_on_behind_an_array_that_the_caller_read),
      TEST(compares_the_whole_slice),
      TEST(stays_bad_once_it_was),
      TEST(garbage_is_refused_alike_in_one_piece_and_in_crumbs),
      TEST(mutated_texts_are_judged_alike_in_one_piece_and_in_crumbs),
      TEST(a_value_is_skipped_to_its_end_and_no_further),
      TEST(a_bad_value_cannot_be_skipped),
      TEST(passing_over_a_value_changes_no_verdict)};

  return HARNESS_RUN(tests);
}
