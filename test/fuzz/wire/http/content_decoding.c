/*
 * A body is decoded alike wherever it is cut, in bounded pieces, or refused.
 * Knobs: which codings it is said to have, and where to cut.
 */
#include "fuzz.h"

#include "wire/http/content_decoding.h"

enum { BODY_MOST = 1 << 20, PIECE_MOST = 16 * 1024 };

struct reading {
  struct pc_content_decoding *decoding;
  struct pc_bytes body;
  enum pc_status status;
};

static void start(struct reading *reading, const char *head)
{
  pc_bytes_init(&reading->body, BODY_MOST);
  reading->status =
      pc_content_decoding_create(pc_text_of(head), &reading->decoding);
  REQUIRE(reading->status == PC_OK && reading->decoding);
}

static void stop(struct reading *reading)
{
  pc_content_decoding_destroy(reading->decoding);
  pc_bytes_deinit(&reading->body);
}

/* What unfolds to more than a megabyte is not followed to its end. */
static void feed(struct reading *reading, const uint8_t *data, size_t size)
{
  char *copy = fuzz_copy(data, size);
  struct pc_text input = {.data = copy, .size = size};
  struct pc_text out = {.size = 1};

  while (reading->status == PC_OK && out.size) {
    reading->status = pc_content_decoding_read(reading->decoding, &input, &out);
    if (reading->status != PC_OK)
      break;
    REQUIRE(out.size <= PIECE_MOST);
    REQUIRE(out.size || !input.size);
    reading->status = pc_bytes_append(&reading->body, out.data, out.size);
  }
  free(copy);
}

static void check_same(const struct reading *whole, const struct reading *cut)
{
  REQUIRE(whole->status == cut->status);
  if (whole->status != PC_OK)
    return;
  REQUIRE(whole->body.size == cut->body.size);
  REQUIRE(!whole->body.size ||
          memcmp(whole->body.data, cut->body.data, whole->body.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char *const heads[] = {
      "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-encoding: deflate\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-encoding: gzip, deflate\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-encoding: br, zstd\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-encoding: zstd, gzip\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-encoding: other\r\n\r\n"};
  const char *head = heads[fuzz_take_knob(data, &size) % 8];
  uint32_t state = fuzz_take_knob(data, &size);
  struct reading whole;
  struct reading cut;
  size_t piece = 0;

  start(&whole, head);
  feed(&whole, data, size);
  start(&cut, head);
  for (size_t at = 0; at < size; at += piece) {
    piece = fuzz_cut(&state, size - at);
    feed(&cut, data + at, piece);
  }
  check_same(&whole, &cut);
  stop(&whole);
  stop(&cut);
  return 0;
}
