#include "harness.h"

#include "base/bytes.h"
#include "wire/msgpack/json.h"

/* Reads the bytes in pieces of that size, as they would arrive. */
static enum pc_status convert(const char *bytes,
                              size_t size,
                              size_t piece,
                              struct pc_bytes *out,
                              struct pc_fault *fault)
{
  struct pc_msgpack_scan scan;
  enum pc_status status = PC_OK;

  pc_bytes_clear(out);
  pc_msgpack_scan_init(&scan);
  for (size_t end = piece; status == PC_OK && end < size; end += piece) {
    status = pc_msgpack_json_append(&scan, bytes + scan.dropped,
                                    end - scan.dropped, false, out, fault);
    pc_msgpack_scan_shift(&scan);
  }
  return status == PC_OK
             ? pc_msgpack_json_append(&scan, bytes + scan.dropped,
                                      size - scan.dropped, true, out, fault)
             : status;
}

static void check_text(const char *bytes, size_t size, const char *text)
{
  struct pc_fault fault = {""};
  struct pc_bytes out;

  pc_bytes_init(&out, SIZE_MAX);
  for (size_t piece = 1; piece <= size; piece++) {
    CHECK(convert(bytes, size, piece, &out, &fault) == PC_OK);
    CHECK_TEXT(out.data, text);
  }
  pc_bytes_deinit(&out);
}

#define CHECK_JSON(bytes, text) check_text(bytes, sizeof(bytes) - 1, text)

static void values_become_text(void)
{
  CHECK_JSON("\xc0", "null");
  CHECK_JSON("\x93\xc2\xc3\x90", "[false,true,[]]");
  CHECK_JSON("\x82\xa1"
             "a\x80\xa1"
             "b\x92\x01\xff",
             "{\"a\":{},\"b\":[1,-1]}");
  CHECK_JSON("\xa5[{:\"\\", "\"[{:\\\"\\\\\"");
  CHECK_JSON("\x92\xa1[\x01", "[\"[\",1]");
  CHECK_JSON("\x82\x01\x02\xff\xc0", "{\"1\":2,\"-1\":null}");
  CHECK_JSON("\x92\xcf\xff\xff\xff\xff\xff\xff\xff\xff"
             "\xd3\x80\x00\x00\x00\x00\x00\x00\x00",
             "[18446744073709551615,-9223372036854775808]");
}

static void floats_are_short_and_read_back(void)
{
  CHECK_JSON("\x93\xca\x3d\xcc\xcc\xcd\xca\x80\x00\x00\x00\xca\x7f\x7f\xff\xff",
             "[0.1,-0,3.4028235e+38]");
  CHECK_JSON("\x92\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a"
             "\xcb\x3f\xd5\x55\x55\x55\x55\x55\x55",
             "[0.1,0.3333333333333333]");
  CHECK_JSON("\xcb\x00\x00\x00\x00\x00\x00\x00\x01", "4.94065645841247e-324");
}

static void every_float_reads_back_as_the_same(void)
{
  struct pc_fault fault = {""};
  struct pc_bytes out;
  uint32_t state = 1;

  pc_bytes_init(&out, SIZE_MAX);
  for (int i = 0; i < 20000; i++) {
    char narrow[5] = {'\xca'};
    char wide[9] = {'\xcb'};
    float number = 0;
    double wider = 0;

    for (int at = 1; at < 9; at++) {
      state = state * UINT32_C(1664525) + UINT32_C(1013904223);
      wide[at] = (char)(state >> 24);
      narrow[at % 4 + 1] = wide[at];
    }
    if ((narrow[1] & 0x7f) == 0x7f || (wide[1] & 0x7f) == 0x7f)
      continue;
    CHECK(convert(narrow, 5, 5, &out, &fault) == PC_OK);
    memcpy(&number, (const char[]){narrow[4], narrow[3], narrow[2], narrow[1]},
           4);
    CHECK(strtof(out.data, NULL) == number);
    CHECK(convert(wide, 9, 9, &out, &fault) == PC_OK);
    memcpy(&wider,
           (const char[]){wide[8], wide[7], wide[6], wide[5], wide[4], wide[3],
                          wide[2], wide[1]},
           8);
    CHECK(strtod(out.data, NULL) == wider);
  }
  pc_bytes_deinit(&out);
}

static void bytes_become_base64(void)
{
  CHECK_JSON("\xc4\x00", "\"\"");
  CHECK_JSON("\xc4\x01M", "\"TQ==\"");
  CHECK_JSON("\xc4\x02Ma", "\"TWE=\"");
  CHECK_JSON("\xc4\x03Man", "\"TWFu\"");
  CHECK_JSON("\x92\xc4\x04\xff\xfb\x00\x10\x01", "[\"//sAEA==\",1]");
}

static void check_refused(const char *bytes, size_t size, const char *reason)
{
  struct pc_fault fault = {""};
  struct pc_bytes out;

  pc_bytes_init(&out, SIZE_MAX);
  for (size_t piece = 1; piece <= size; piece++) {
    CHECK(convert(bytes, size, piece, &out, &fault) == PC_PARSE_ERROR);
    CHECK_TEXT(fault.reason, reason);
  }
  pc_bytes_deinit(&out);
}

static void what_json_cannot_say_is_refused(void)
{
  check_refused("\x91\xca\x7f\xc0\x00\x00", 6,
                "a number that is not finite, which JSON cannot say, ends at "
                "byte 6");
  check_refused("\x91\xd4\x05\x00", 4,
                "an extension, which JSON cannot say, ends at byte 4");
  check_refused("\x92\x01", 2,
                "not MessagePack at byte 2: the body ends too early");
}

static void a_full_text_is_told(void)
{
  static const char bytes[] = "\x93\x01\xa4"
                              "four\x05";
  struct pc_fault fault = {""};

  for (size_t ceiling = 1; ceiling < sizeof("[1,\"four\",5]") - 1; ceiling++) {
    struct pc_bytes out;

    pc_bytes_init(&out, ceiling);
    CHECK(convert(bytes, sizeof(bytes) - 1, 8, &out, &fault) == PC_TOO_LARGE);
    CHECK(out.size <= ceiling);
    pc_bytes_deinit(&out);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(values_become_text),
      TEST(floats_are_short_and_read_back),
      TEST(every_float_reads_back_as_the_same),
      TEST(bytes_become_base64),
      TEST(what_json_cannot_say_is_refused),
      TEST(a_full_text_is_told)};

  return HARNESS_RUN(tests);
}
