#include "harness.h"

#include "base/bytes.h"
#include "wire/msgpack/floats.h"

/* Every kind of number, in a list of 300 float32 beside them. */
static const char mixed[] = "\x97\xca\x3f\x00\x00\x00\x01\xcb\x3f\xf8\x00\x00"
                            "\x00\x00\x00\x00\xff\xca\xbf\x80\x00\x00\xd1\xff"
                            "\x00\xce\xff\xff\xff\xff";

static const float mixed_values[] = {0.5f,  1,    1.5f,         -1,
                                     -1.0f, -256, 4294967295.0f};

enum { LONG_COUNT = 1000, LONG_SIZE = 3 + 5 * LONG_COUNT };

static enum pc_status read_all(const char *bytes,
                               size_t size,
                               size_t piece,
                               struct pc_msgpack_scan *scan,
                               struct pc_bytes *out,
                               bool *is_done)
{
  enum pc_status status = PC_OK;

  pc_bytes_clear(out);
  pc_msgpack_scan_init(scan);
  CHECK(pc_msgpack_scan_next(scan, bytes, size, false) ==
        PC_MSGPACK_ARRAY_BEGIN);
  *is_done = false;
  for (size_t end = piece; status == PC_OK && !*is_done; end += piece) {
    size_t here = end < size ? end : size;

    if (here < scan->dropped + scan->at)
      continue;
    status = pc_msgpack_floats_read(scan, bytes + scan->dropped,
                                    here - scan->dropped, out, is_done);
    if (status == PC_OK)
      pc_msgpack_scan_shift(scan);
    if (here == size)
      break;
  }
  return status;
}

static void every_kind_of_number_is_read(void)
{
  struct pc_msgpack_scan scan;
  struct pc_bytes out;
  bool is_done = false;

  pc_bytes_init(&out, SIZE_MAX);
  for (size_t piece = 1; piece < sizeof(mixed); piece++) {
    CHECK(read_all(mixed, sizeof(mixed) - 1, piece, &scan, &out, &is_done) ==
          PC_OK);
    CHECK(is_done);
    CHECK_NUMBER(out.size, sizeof(mixed_values));
    CHECK(memcmp(out.data, mixed_values, sizeof(mixed_values)) == 0);
  }
  pc_bytes_deinit(&out);
}

static void long_lists_are_read_in_any_pieces(void)
{
  static char bytes[LONG_SIZE];
  static const size_t pieces[] = {1, 7, 64, 1000, LONG_SIZE};
  struct pc_msgpack_scan scan;
  struct pc_bytes out;
  bool is_done = false;

  memcpy(bytes, "\xdc\x03\xe8", 3);
  for (int i = 0; i < LONG_COUNT; i++)
    memcpy(bytes + 3 + 5 * i, "\xca\x40\x00\x00\x00", 5);
  pc_bytes_init(&out, SIZE_MAX);
  for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
    CHECK(read_all(bytes, LONG_SIZE, pieces[i], &scan, &out, &is_done) ==
          PC_OK);
    CHECK(is_done);
    CHECK_NUMBER(out.size, LONG_COUNT * sizeof(float));
    for (size_t at = 0; at < out.size; at += sizeof(float))
      CHECK(memcmp(out.data + at, &(const float){2}, sizeof(float)) == 0);
  }
  pc_bytes_deinit(&out);
}

static void a_list_that_is_not_all_there_is_not_done(void)
{
  struct pc_msgpack_scan scan;
  struct pc_bytes out;
  bool is_done = false;

  pc_bytes_init(&out, SIZE_MAX);
  CHECK(read_all("\xdd\xff\xff\xff\xff\xca\x40\x00\x00\x00", 10, 10, &scan,
                 &out, &is_done) == PC_OK);
  CHECK(!is_done);
  CHECK_NUMBER(out.size, sizeof(float));
  CHECK(out.capacity < 4096);
  pc_bytes_deinit(&out);
}

static void what_is_no_number_is_refused_where_it_stands(void)
{
  struct pc_msgpack_scan scan;
  struct pc_bytes out;
  bool is_done = false;

  pc_bytes_init(&out, SIZE_MAX);
  CHECK(read_all("\x93\x01\x02\xa1x", 5, 5, &scan, &out, &is_done) ==
        PC_PARSE_ERROR);
  CHECK_NUMBER(scan.at, 3);
  CHECK(read_all("\x93\x01\x90\x02", 4, 4, &scan, &out, &is_done) ==
        PC_PARSE_ERROR);
  CHECK_NUMBER(scan.at, 2);
  pc_bytes_deinit(&out);
}

static void a_full_run_is_told(void)
{
  struct pc_msgpack_scan scan;
  struct pc_bytes out;
  bool is_done = false;

  pc_bytes_init(&out, sizeof(mixed_values) - 1);
  CHECK(read_all(mixed, sizeof(mixed) - 1, sizeof(mixed), &scan, &out,
                 &is_done) == PC_TOO_LARGE);
  pc_bytes_deinit(&out);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(every_kind_of_number_is_read),
      TEST(long_lists_are_read_in_any_pieces),
      TEST(a_list_that_is_not_all_there_is_not_done),
      TEST(what_is_no_number_is_refused_where_it_stands),
      TEST(a_full_run_is_told)};

  return HARNESS_RUN(tests);
}
