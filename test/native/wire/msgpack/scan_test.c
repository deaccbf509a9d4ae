#include "harness.h"

#include "wire/msgpack/scan.h"

/* A value of every kind: a map with a list, keys of both kinds. */
static const char sample[] = "\x8d"
                             "\xa1n\xc0"
                             "\xa1t\xc3"
                             "\xd9\x01"
                             "f\xc2"
                             "\xda\x00\x01"
                             "b\xc4\x02\x00\xff"
                             "\x07\xc7\x01\x05z"
                             "\xff\xca\x3f\x80\x00\x00"
                             "\xa1w\xcb\xbf\xe0\x00\x00\x00\x00\x00\x00"
                             "\xa1u\xcf\x00\x20\x00\x00\x00\x00\x00\x01"
                             "\xa1i\xd1\xff\x7f"
                             "\xa1p\xd2\x00\x00\x01\x00"
                             "\xa1l\xdc\x00\x02\x90\x80"
                             "\xa1x\xd4\x01\x02"
                             "\xa1s\xa2\xc3\xa9";

enum { SAMPLE_SIZE = sizeof(sample) - 1 };

struct trace {
  char text[16 * 1024];
  size_t size;
};

static void note(struct trace *trace, const struct pc_msgpack_scan *scan)
{
  trace->size += (size_t)snprintf(
      trace->text + trace->size, sizeof(trace->text) - trace->size, "%s%u@%zu",
      scan->is_key ? "k" : "", scan->token, scan->dropped + scan->at);
}

/* Scans a copy of exactly the piece, so that ASan sees a byte too far. */
static enum pc_msgpack_token scan_piece(struct pc_msgpack_scan *scan,
                                        const char *text,
                                        size_t size,
                                        bool is_last,
                                        struct trace *trace)
{
  char *copy = malloc(size ? size : 1);

  if (!CHECK(copy != NULL))
    exit(EXIT_FAILURE);
  memcpy(copy, text, size);
  while (pc_msgpack_scan_next(scan, copy, size, is_last) > PC_MSGPACK_END)
    note(trace, scan);
  free(copy);
  return scan->token;
}

static void every_cut_gives_the_same_tokens(void)
{
  struct trace whole = {.size = 0};
  struct pc_msgpack_scan scan;

  pc_msgpack_scan_init(&scan);
  CHECK_NUMBER(scan_piece(&scan, sample, SAMPLE_SIZE, true, &whole),
               PC_MSGPACK_END);
  for (size_t cut = 0; cut <= SAMPLE_SIZE; cut++) {
    struct trace trace = {.size = 0};

    pc_msgpack_scan_init(&scan);
    CHECK_NUMBER(scan_piece(&scan, sample, cut, false, &trace),
                 PC_MSGPACK_MORE);
    pc_msgpack_scan_shift(&scan);
    CHECK_NUMBER(scan_piece(&scan, sample + scan.dropped,
                            SAMPLE_SIZE - scan.dropped, true, &trace),
                 PC_MSGPACK_END);
    CHECK_TEXT(trace.text, whole.text);
  }
}

static void a_cut_value_is_refused_at_every_length(void)
{
  for (size_t size = 0; size < SAMPLE_SIZE; size++) {
    struct trace trace = {.size = 0};
    struct pc_msgpack_scan scan;

    pc_msgpack_scan_init(&scan);
    CHECK_NUMBER(scan_piece(&scan, sample, size, true, &trace), PC_MSGPACK_BAD);
    CHECK_TEXT(scan.reason, "the body ends too early");
    CHECK_NUMBER(scan.at, size);
  }
}

static enum pc_msgpack_token
read_first(struct pc_msgpack_scan *scan, const char *bytes, size_t size)
{
  pc_msgpack_scan_init(scan);
  return pc_msgpack_scan_next(scan, bytes, size, true);
}

static void integers_have_their_value(void)
{
  static const struct {
    const char bytes[10];
    size_t size;
    bool is_negative;
    uint64_t value;
  } cases[] = {
      {"\x00", 1, false, 0},
      {"\x7f", 1, false, 127},
      {"\xff", 1, true, (uint64_t)-1},
      {"\xe0", 1, true, (uint64_t)-32},
      {"\xcc\xff", 2, false, 255},
      {"\xcd\xff\xfe", 3, false, 65534},
      {"\xce\xff\xff\xff\xff", 5, false, UINT32_MAX},
      {"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9, false, UINT64_MAX},
      {"\xd0\x80", 2, true, (uint64_t)-128},
      {"\xd0\x7f", 2, false, 127},
      {"\xd1\x80\x00", 3, true, (uint64_t)-32768},
      {"\xd2\x80\x00\x00\x00", 5, true, (uint64_t)INT32_MIN},
      {"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", 9, true, (uint64_t)INT64_MIN},
      {"\xd3\x7f\xff\xff\xff\xff\xff\xff\xff", 9, false, INT64_MAX}};

  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    struct pc_msgpack_scan scan;

    CHECK_NUMBER(read_first(&scan, cases[i].bytes, cases[i].size),
                 cases[i].is_negative ? PC_MSGPACK_NEGATIVE : PC_MSGPACK_WHOLE);
    CHECK(scan.whole == cases[i].value);
  }
}

static void what_is_none_is_refused(void)
{
  static const struct {
    const char *bytes;
    size_t size;
    const char *reason;
  } cases[] = {
      {"\xc1", 1, "not MessagePack at byte 0: a byte that begins no value"},
      {"\x01\x02", 2,
       "not MessagePack at byte 1: nothing may follow the value"},
      {"\xa2\xc3(", 3, "not MessagePack at byte 0: a string that is not UTF-8"},
      {"\xa1\xc3", 2, "not MessagePack at byte 0: a string that is not UTF-8"},
      {"\xa3\xed\xa0\x80", 4,
       "not MessagePack at byte 0: a string that is not UTF-8"},
      {"\x81\x90\x01", 3,
       "not MessagePack at byte 1: a key that is neither a string nor a whole "
       "number"},
      {"\x81\xc0\x01", 3,
       "not MessagePack at byte 1: a key that is neither a string nor a whole "
       "number"},
      {"", 0, "not MessagePack at byte 0: the body ends too early"}};

  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    struct trace trace = {.size = 0};
    struct pc_fault fault = {""};
    struct pc_msgpack_scan scan;

    pc_msgpack_scan_init(&scan);
    CHECK_NUMBER(scan_piece(&scan, cases[i].bytes, cases[i].size, true, &trace),
                 PC_MSGPACK_BAD);
    CHECK(pc_msgpack_scan_explain(&scan, &fault) == PC_PARSE_ERROR);
    CHECK_TEXT(fault.reason, cases[i].reason);
  }
}

static void levels_have_a_ceiling(void)
{
  char deep[PC_MSGPACK_MAX_DEPTH + 1];
  struct trace trace = {.size = 0};
  struct pc_msgpack_scan scan;

  memset(deep, '\x91', sizeof(deep));
  deep[PC_MSGPACK_MAX_DEPTH] = '\xc0';
  pc_msgpack_scan_init(&scan);
  for (int i = 0; i < PC_MSGPACK_MAX_DEPTH; i++)
    CHECK_NUMBER(pc_msgpack_scan_next(&scan, deep, sizeof(deep), true),
                 PC_MSGPACK_ARRAY_BEGIN);
  CHECK_NUMBER(scan_piece(&scan, deep, sizeof(deep), true, &trace),
               PC_MSGPACK_END);

  deep[PC_MSGPACK_MAX_DEPTH] = '\x91';
  pc_msgpack_scan_init(&scan);
  trace.size = 0;
  CHECK_NUMBER(scan_piece(&scan, deep, sizeof(deep), true, &trace),
               PC_MSGPACK_BAD);
  CHECK_TEXT(scan.reason, "nested too deeply");
}

static void what_is_passed_gives_no_tokens(void)
{
  static const char bytes[] = "\x93\x92\x81\x01\x90\x02\x90\x03";
  struct pc_msgpack_scan scan;

  pc_msgpack_scan_init(&scan);
  for (int i = 0; i < 2; i++)
    CHECK_NUMBER(pc_msgpack_scan_next(&scan, bytes, sizeof(bytes) - 1, true),
                 PC_MSGPACK_ARRAY_BEGIN);
  pc_msgpack_scan_pass(&scan);
  CHECK_NUMBER(pc_msgpack_scan_next(&scan, bytes, sizeof(bytes) - 1, true),
               PC_MSGPACK_ARRAY_BEGIN);
  pc_msgpack_scan_pass(&scan);
  CHECK_NUMBER(pc_msgpack_scan_next(&scan, bytes, sizeof(bytes) - 1, true),
               PC_MSGPACK_WHOLE);
  pc_msgpack_scan_pass(&scan);
  CHECK_NUMBER(scan.whole, 3);
  CHECK_NUMBER(pc_msgpack_scan_next(&scan, bytes, sizeof(bytes) - 1, true),
               PC_MSGPACK_ARRAY_END);
  CHECK_NUMBER(pc_msgpack_scan_next(&scan, bytes, sizeof(bytes) - 1, true),
               PC_MSGPACK_END);
}

static void four_content_types_name_it(void)
{
  CHECK(pc_msgpack_is_named(pc_text_of("application/msgpack")));
  CHECK(pc_msgpack_is_named(pc_text_of("application/X-MsgPack")));
  CHECK(pc_msgpack_is_named(pc_text_of("application/vnd.msgpack ; q=1")));
  CHECK(pc_msgpack_is_named(pc_text_of("application/messagepack;x")));
  CHECK(!pc_msgpack_is_named(pc_text_of("application/msgpackx")));
  CHECK(!pc_msgpack_is_named(pc_text_of("application/json; msgpack")));
  CHECK(!pc_msgpack_is_named(pc_text_of("")));
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(every_cut_gives_the_same_tokens),
      TEST(a_cut_value_is_refused_at_every_length),
      TEST(integers_have_their_value),
      TEST(what_is_none_is_refused),
      TEST(levels_have_a_ceiling),
      TEST(what_is_passed_gives_no_tokens),
      TEST(four_content_types_name_it)};

  return HARNESS_RUN(tests);
}
