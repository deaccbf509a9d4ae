#include "harness.h"

#include <limits.h>

#include <zlib.h>
#include <zstd.h>

#include "base/bytes.h"
#include "wire/http/content_decoding.h"

enum {
  TEXT_SIZE = 296,
  PACKED_MOST = 4096,
  PIECE_MOST = 16 * 1024,
  BODY_MOST = 64 * 1024 * 1024,
  GZIP = MAX_WBITS + 16,
  WRAPPED = MAX_WBITS,
  RAW = -MAX_WBITS
};

#define HEAD(codings) "HTTP/1.1 200 OK\r\ncontent-encoding: " codings "\r\n\r\n"

/* What brotli's own program makes of the text below, and of 1 MiB of "x". */
static const char brotli_text[] =
    "\x1b\x27\x01\xf8\x9d\x07\xb6\xf3\x94\x2d\xe9\x58\xb0\x7c\x60\x72\xf2\xcd"
    "\x52\xa7\x6d\xcf\x4d\x86\xb1\x30\x07\xf8\x5a\x70\xb6\x48\x99\x58\xcb\xe8"
    "\x03\x99\xdc\xfc\x4c\xbf\x6b\x60\x89\x06\x02\x25\x0d\x5e\x38\x33\xeb\x42"
    "\xa8\x77\x7d\x39\x86\x88\x31\xcc\x87\x16\x92\xda\x58\xee\x24\x95\x5d\x94"
    "\xaa\x9b\x56\xf7\x30\x9a\x5e\x76\xf7\x01";

static const char brotli_million[] =
    "\x5b\xff\xff\x8f\x5f\x02\x2f\x1e\x0b\x04\x72\xef\x1f\x00";

struct packed {
  char data[PACKED_MOST];
  size_t size;
};

static void make_text(char *out)
{
  enum { ITEMS = 8, ITEM_SIZE = TEXT_SIZE / ITEMS };

  for (int i = 0; i < ITEMS; i++) {
    char digit = (char)('0' + i);

    snprintf(out + ITEM_SIZE * i, ITEM_SIZE + 1,
             "{\"index\":%c,\"embedding\":[0.1%c,-0.2%c]},", digit, digit,
             digit);
  }
}

static struct packed pack_zlib(const char *data, size_t size, int window_bits)
{
  struct packed packed = {.size = 0};
  z_stream zlib = {.next_in = (z_const Bytef *)data,
                   .avail_in = (uInt)size,
                   .next_out = (Bytef *)packed.data,
                   .avail_out = sizeof(packed.data)};

  CHECK(deflateInit2(&zlib, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8,
                     Z_DEFAULT_STRATEGY) == Z_OK);
  CHECK(deflate(&zlib, Z_FINISH) == Z_STREAM_END);
  packed.size = sizeof(packed.data) - zlib.avail_out;
  deflateEnd(&zlib);
  return packed;
}

static struct packed pack_zstd(const char *data, size_t size)
{
  struct packed packed = {.size = 0};

  packed.size = ZSTD_compress(packed.data, sizeof(packed.data), data, size, 3);
  CHECK(!ZSTD_isError(packed.size));
  return packed;
}

static struct packed pack_brotli(void)
{
  struct packed packed = {.size = sizeof(brotli_text) - 1};

  memcpy(packed.data, brotli_text, packed.size);
  return packed;
}

/* Feeds one piece, from memory of just its size. */
static enum pc_status feed(struct pc_content_decoding *decoding,
                           const char *data,
                           size_t size,
                           struct pc_bytes *body)
{
  char *copy = malloc(size ? size : 1);
  struct pc_text input = {.data = copy, .size = size};
  struct pc_text out = {.size = 1};
  enum pc_status status = copy ? PC_OK : PC_NO_MEMORY;

  if (copy && size)
    memcpy(copy, data, size);
  while (status == PC_OK && out.size) {
    status = pc_content_decoding_read(decoding, &input, &out);
    if (status == PC_OK && out.size)
      status = pc_bytes_append(body, out.data, out.size);
    CHECK(out.size <= PIECE_MOST);
  }
  CHECK(status != PC_OK || !input.size);
  free(copy);
  return status;
}

static enum pc_status decode_cut(const char *head,
                                 const struct packed *packed,
                                 size_t cut,
                                 struct pc_bytes *body)
{
  struct pc_content_decoding *decoding = NULL;
  enum pc_status status =
      pc_content_decoding_create(pc_text_of(head), &decoding);

  pc_bytes_clear(body);
  if (!CHECK(status == PC_OK && decoding))
    return status;
  status = feed(decoding, packed->data, cut, body);
  if (status == PC_OK)
    status = feed(decoding, packed->data + cut, packed->size - cut, body);
  pc_content_decoding_destroy(decoding);
  return status;
}

/* Is it refused, wherever it is cut? */
static void check_refused(const char *head, const struct packed *packed)
{
  struct pc_bytes body;

  pc_bytes_init(&body, BODY_MOST);
  for (size_t cut = 0; cut <= packed->size; cut++)
    CHECK_NUMBER(decode_cut(head, packed, cut, &body), PC_PARSE_ERROR);
  pc_bytes_deinit(&body);
}

/* Is it the text, wherever it is cut? */
static void check_text(const char *head, const struct packed *packed)
{
  struct pc_bytes body;
  char text[TEXT_SIZE + 1];

  make_text(text);
  pc_bytes_init(&body, BODY_MOST);
  for (size_t cut = 0; cut <= packed->size; cut++) {
    CHECK_NUMBER(decode_cut(head, packed, cut, &body), PC_OK);
    CHECK_TEXT(body.data, text);
  }
  pc_bytes_deinit(&body);
}

static void append(struct packed *packed, const char *data, size_t size)
{
  memcpy(packed->data + packed->size, data, size);
  packed->size += size;
}

static void each_coding_is_taken_off(void)
{
  char text[TEXT_SIZE + 1];

  make_text(text);
  struct packed gzip = pack_zlib(text, TEXT_SIZE, GZIP);
  struct packed wrapped = pack_zlib(text, TEXT_SIZE, WRAPPED);
  struct packed raw = pack_zlib(text, TEXT_SIZE, RAW);
  struct packed zstd = pack_zstd(text, TEXT_SIZE);
  struct packed brotli = pack_brotli();

  check_text(HEAD("gzip"), &gzip);
  check_text(HEAD("X-GZip"), &gzip);
  check_text(HEAD("gzip"), &wrapped);
  check_text(HEAD("deflate"), &wrapped);
  check_text(HEAD("deflate"), &raw);
  check_text(HEAD("br"), &brotli);
  check_text(HEAD("\tZSTD "), &zstd);
  check_text(HEAD("identity, ,none,zstd,"), &zstd);
}

static void codings_are_taken_off_one_after_the_other(void)
{
  char text[TEXT_SIZE + 1];

  make_text(text);
  struct packed packed = pack_brotli();

  packed = pack_zlib(packed.data, packed.size, GZIP);
  check_text(HEAD("br, gzip"), &packed);
  packed = pack_zstd(packed.data, packed.size);
  check_text(HEAD("br, gzip,zstd"), &packed);
  packed = pack_zlib(packed.data, packed.size, RAW);
  packed = pack_zlib(packed.data, packed.size, WRAPPED);
  check_text(HEAD("br, gzip\r\ncontent-type: a\r\nContent-Encoding: zstd, "
                  "deflate, deflate"),
             &packed);
  check_refused(HEAD("gzip, br, zstd, deflate, deflate"), &packed);
}

static void too_many_codings_are_refused(void)
{
  struct pc_content_decoding *decoding = NULL;
  const char *head = HEAD("identity, gzip, br\r\ncontent-encoding: none, "
                          "deflate, zstd");

  CHECK_NUMBER(pc_content_decoding_create(pc_text_of(head), &decoding),
               PC_PARSE_ERROR);
  CHECK(!decoding);
}

static void nothing_is_made_where_nothing_is_coded(void)
{
  const char *heads[] = {"HTTP/1.1 200 OK\r\n\r\n", HEAD(""), HEAD("identity")};

  for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
    struct pc_content_decoding *decoding = NULL;

    CHECK_NUMBER(pc_content_decoding_create(pc_text_of(heads[i]), &decoding),
                 PC_OK);
    CHECK(!decoding);
  }
  pc_content_decoding_destroy(NULL);
}

static void a_coding_nobody_knows_is_refused_with_the_body(void)
{
  const char *heads[] = {HEAD("compress"), HEAD("compress, gzip"),
                         HEAD("gzip;q=1"), HEAD("gzi")};

  for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
    struct pc_content_decoding *decoding = NULL;
    struct pc_text input = {0};
    struct pc_text out = {.size = 1};

    CHECK_NUMBER(pc_content_decoding_create(pc_text_of(heads[i]), &decoding),
                 PC_OK);
    CHECK_NUMBER(pc_content_decoding_read(decoding, &input, &out), PC_OK);
    CHECK_NUMBER(out.size, 0);
    input = pc_text_of("a");
    CHECK_NUMBER(pc_content_decoding_read(decoding, &input, &out),
                 PC_PARSE_ERROR);
    pc_content_decoding_destroy(decoding);
  }
}

/* gzip ends in a check sum and a size, which tell of any damage before. */
static void what_is_damaged_is_refused(void)
{
  enum { CHECKS_SIZE = 8 };
  char text[TEXT_SIZE + 1];
  struct pc_bytes body;

  make_text(text);
  struct packed gzip = pack_zlib(text, TEXT_SIZE, GZIP);
  struct packed other = {.size = 0};

  text[TEXT_SIZE / 2] ^= 1;
  other = pack_zlib(text, TEXT_SIZE, GZIP);
  memcpy(other.data + other.size - CHECKS_SIZE,
         gzip.data + gzip.size - CHECKS_SIZE, CHECKS_SIZE);
  check_refused(HEAD("gzip"), &other);

  pc_bytes_init(&body, BODY_MOST);
  for (size_t bit = 0; bit < CHAR_BIT * gzip.size; bit++) {
    struct packed spoilt = gzip;
    size_t at = bit / CHAR_BIT;
    enum pc_status status = PC_OK;

    spoilt.data[at] = (char)(spoilt.data[at] ^ 1 << bit % CHAR_BIT);
    status = decode_cut(HEAD("gzip"), &spoilt, at, &body);
    CHECK(status == PC_PARSE_ERROR ||
          (status == PC_OK && at < gzip.size - CHECKS_SIZE));
  }
  pc_bytes_deinit(&body);
}

static void what_is_no_coding_at_all_is_refused(void)
{
  const char *heads[] = {HEAD("gzip"), HEAD("deflate"), HEAD("br"),
                         HEAD("zstd")};
  struct packed plain = {.size = 0};

  append(&plain, "\xff\xff{\"plain\": \"json, and long enough\"}", 36);
  for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
    check_refused(heads[i], &plain);
}

static void bytes_behind_the_end_are_refused(void)
{
  char text[TEXT_SIZE + 1];

  make_text(text);
  struct packed gzip = pack_zlib(text, TEXT_SIZE, GZIP);
  struct packed twice = gzip;
  struct packed wrapped = pack_zlib(text, TEXT_SIZE, WRAPPED);
  struct packed raw = pack_zlib(text, TEXT_SIZE, RAW);
  struct packed brotli = pack_brotli();
  struct packed zstd = pack_zstd(text, TEXT_SIZE);

  append(&twice, gzip.data, gzip.size);
  check_refused(HEAD("gzip"), &twice);
  append(&gzip, "", 1);
  check_refused(HEAD("gzip"), &gzip);
  append(&wrapped, "", 1);
  check_refused(HEAD("deflate"), &wrapped);
  append(&brotli, "", 1);
  check_refused(HEAD("br"), &brotli);
  append(&zstd, "abcd", 4);
  check_refused(HEAD("zstd"), &zstd);
  append(&raw, "abcd", 4);
  check_text(HEAD("deflate"), &raw);
  append(&raw, "e", 1);
  check_refused(HEAD("deflate"), &raw);
}

static void zstd_may_come_in_several_frames(void)
{
  char text[TEXT_SIZE + 1];

  make_text(text);
  struct packed packed = pack_zstd(text, 100);
  struct packed rest = pack_zstd(text + 100, TEXT_SIZE - 100);

  append(&packed, rest.data, rest.size);
  check_text(HEAD("zstd"), &packed);
}

static struct packed pack_wide(int window_log)
{
  struct packed packed = {.size = 0};
  ZSTD_CCtx *zstd = ZSTD_createCCtx();
  ZSTD_inBuffer in = {.src = "wide", .size = 4};
  ZSTD_outBuffer out = {.dst = packed.data, .size = sizeof(packed.data)};

  ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, window_log);
  CHECK(!ZSTD_isError(ZSTD_compressStream2(zstd, &out, &in, ZSTD_e_continue)));
  CHECK(ZSTD_compressStream2(zstd, &out, &in, ZSTD_e_end) == 0);
  packed.size = out.pos;
  ZSTD_freeCCtx(zstd);
  return packed;
}

static void the_window_of_zstd_has_a_ceiling(void)
{
  struct packed wide = pack_wide(23);
  struct packed too_wide = pack_wide(24);
  struct pc_bytes body;

  pc_bytes_init(&body, BODY_MOST);
  CHECK_NUMBER(decode_cut(HEAD("zstd"), &wide, 0, &body), PC_OK);
  CHECK_TEXT(body.data, "wide");
  CHECK_NUMBER(decode_cut(HEAD("zstd"), &too_wide, 0, &body), PC_PARSE_ERROR);
  pc_bytes_deinit(&body);
}

/* Reads as long as something comes, and holds no more than a piece of it. */
static size_t count_pieces(const char *head, const char *data, size_t size)
{
  struct pc_content_decoding *decoding = NULL;
  struct pc_text input = {.data = data, .size = size};
  struct pc_text out = {.size = 1};
  size_t count = 0;

  CHECK_NUMBER(pc_content_decoding_create(pc_text_of(head), &decoding), PC_OK);
  while (out.size) {
    CHECK_NUMBER(pc_content_decoding_read(decoding, &input, &out), PC_OK);
    CHECK(out.size <= PIECE_MOST);
    count += out.size;
  }
  pc_content_decoding_destroy(decoding);
  return count;
}

static void what_unfolds_is_handed_out_in_pieces(void)
{
  enum { MILLION = 1024 * 1024 };
  char *zeros = calloc(1, MILLION);

  if (!CHECK(zeros))
    return;
  struct packed gzip = pack_zlib(zeros, MILLION, GZIP);
  struct packed twice = pack_zlib(gzip.data, gzip.size, GZIP);
  struct packed zstd = pack_zstd(zeros, MILLION);

  CHECK_NUMBER(count_pieces(HEAD("gzip"), gzip.data, gzip.size), MILLION);
  CHECK_NUMBER(count_pieces(HEAD("gzip, gzip"), twice.data, twice.size),
               MILLION);
  CHECK_NUMBER(count_pieces(HEAD("zstd"), zstd.data, zstd.size), MILLION);
  CHECK_NUMBER(
      count_pieces(HEAD("br"), brotli_million, sizeof(brotli_million) - 1),
      MILLION);
  free(zeros);
}

static void a_cut_stream_is_decoded_as_far_as_it_goes(void)
{
  char text[TEXT_SIZE + 1];
  struct pc_bytes body;

  make_text(text);
  struct packed packed[] = {pack_zlib(text, TEXT_SIZE, GZIP),
                            pack_zlib(text, TEXT_SIZE, RAW), pack_brotli(),
                            pack_zstd(text, TEXT_SIZE)};
  const char *heads[] = {HEAD("gzip"), HEAD("deflate"), HEAD("br"),
                         HEAD("zstd")};

  pc_bytes_init(&body, BODY_MOST);
  for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
    while (packed[i].size) {
      packed[i].size--;
      CHECK_NUMBER(decode_cut(heads[i], &packed[i], 0, &body), PC_OK);
      CHECK(body.size <= TEXT_SIZE &&
            (!body.size || memcmp(body.data, text, body.size) == 0));
    }
  pc_bytes_deinit(&body);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(each_coding_is_taken_off),
      TEST(codings_are_taken_off_one_after_the_other),
      TEST(too_many_codings_are_refused),
      TEST(nothing_is_made_where_nothing_is_coded),
      TEST(a_coding_nobody_knows_is_refused_with_the_body),
      TEST(what_is_damaged_is_refused),
      TEST(what_is_no_coding_at_all_is_refused),
      TEST(bytes_behind_the_end_are_refused),
      TEST(zstd_may_come_in_several_frames),
      TEST(the_window_of_zstd_has_a_ceiling),
      TEST(what_unfolds_is_handed_out_in_pieces),
      TEST(a_cut_stream_is_decoded_as_far_as_it_goes),
  };
  return HARNESS_RUN(tests);
}
