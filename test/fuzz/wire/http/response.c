/*
 * An answer is read alike wherever it is cut, and what is accepted keeps the
 * promises of response.h: a head of clean lines within its ceiling, a body as
 * long as it was told to be, nothing kept with bytes behind it. Knobs: where to
 * cut, whether HEAD was asked, how small the ceiling is.
 */
#include "fuzz.h"

#include "wire/http/response.h"

enum { BODY_MOST = 1 << 20, SMALL_HEAD = 64, LARGE_HEAD = 256 * 1024 };

struct reading {
  struct pc_response response;
  struct pc_bytes head;
  struct pc_bytes body;
  enum pc_status status;
  bool is_last;
  size_t excess;
};

static void start(struct reading *reading, unsigned knob)
{
  pc_bytes_init(&reading->head, knob & 2 ? SMALL_HEAD : LARGE_HEAD);
  pc_bytes_init(&reading->body, BODY_MOST);
  pc_response_start(&reading->response, &reading->head, knob & 1);
  reading->status = PC_OK;
  reading->is_last = false;
  reading->excess = 0;
}

static void stop(struct reading *reading)
{
  pc_bytes_deinit(&reading->head);
  pc_bytes_deinit(&reading->body);
}

static void feed(struct reading *reading, const uint8_t *data, size_t size)
{
  char *copy = fuzz_copy(data, size);
  struct pc_response_step step = {.kind = PC_RESPONSE_BODY};
  size_t at = 0;

  while (reading->status == PC_OK && !reading->is_last &&
         step.kind != PC_RESPONSE_MORE) {
    int before = reading->response.http_status;

    reading->status =
        pc_response_read(&reading->response, copy + at, size - at, &step);
    REQUIRE(step.consumed <= size - at);
    at += step.consumed;
    if (reading->status != PC_OK)
      break;
    REQUIRE((step.kind == PC_RESPONSE_BODY) == (step.body.size > 0));
    REQUIRE((step.kind == PC_RESPONSE_HEAD) ==
            (!before && reading->response.http_status));
    REQUIRE(step.kind != PC_RESPONSE_MORE || at == size);
    if (step.body.size)
      REQUIRE(pc_bytes_append(&reading->body, step.body.data, step.body.size) ==
              PC_OK);
    reading->is_last = step.is_last;
  }
  if (reading->is_last)
    reading->excess += size - at;
  free(copy);
}

/* The lines of a head: printable, each with its end, an empty one behind. */
static void check_head(const struct pc_bytes *head, size_t ceiling)
{
  REQUIRE(head->size <= ceiling);
  REQUIRE(head->size > 9 && memcmp(head->data, "HTTP/1.", 7) == 0);
  for (size_t i = 0; i < head->size; i++) {
    REQUIRE(head->data[i] != '\r' || head->data[i + 1] == '\n');
    REQUIRE(pc_is_blank(head->data[i]) || !pc_is_control(head->data[i]));
  }
  REQUIRE(head->data[head->size - 1] == '\n');
  REQUIRE(head->data[head->size - 2] == '\n' ||
          head->data[head->size - 3] == '\n');
}

static void check_answer(const struct reading *reading)
{
  const struct pc_response *response = &reading->response;

  if (reading->status != PC_OK || !response->http_status)
    return;
  check_head(&reading->head, reading->head.ceiling);
  REQUIRE(response->http_status >= 200 && response->http_status <= 999);
  if (response->body_size >= 0)
    REQUIRE(reading->body.size <= (uint64_t)response->body_size);
  if (response->body_size >= 0)
    REQUIRE(reading->is_last ==
            (reading->body.size == (uint64_t)response->body_size));
}

static bool is_same_run(const struct pc_bytes *a, const struct pc_bytes *b)
{
  return a->size == b->size && (!a->size || !memcmp(a->data, b->data, a->size));
}

static void check_same(struct reading *whole, struct reading *cut)
{
  REQUIRE(whole->status == cut->status);
  REQUIRE(whole->response.http_status == cut->response.http_status);
  REQUIRE(is_same_run(&whole->body, &cut->body));
  if (whole->status != PC_OK)
    return;
  REQUIRE(is_same_run(&whole->head, &cut->head));
  REQUIRE(whole->is_last == cut->is_last && whole->excess == cut->excess);
  REQUIRE(whole->response.is_coded == cut->response.is_coded);
  REQUIRE(whole->response.body_size == cut->response.body_size);
  REQUIRE(whole->response.has_begun == cut->response.has_begun);
  /* A reader is not told of what comes behind its last step. */
  REQUIRE(!whole->excess || !whole->response.may_be_kept);
  REQUIRE(whole->excess ||
          whole->response.may_be_kept == cut->response.may_be_kept);
  REQUIRE(whole->is_last || pc_response_close(&whole->response, true) ==
                                pc_response_close(&cut->response, true));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  unsigned knob = fuzz_take_knob(data, &size);
  uint32_t state = fuzz_take_knob(data, &size);
  struct reading whole;
  struct reading cut;
  size_t piece = 0;

  start(&whole, knob);
  feed(&whole, data, size);
  check_answer(&whole);

  start(&cut, knob);
  if (!size)
    feed(&cut, data, 0);
  for (size_t at = 0; at < size; at += piece) {
    piece = fuzz_cut(&state, size - at);
    feed(&cut, data + at, piece);
  }
  check_same(&whole, &cut);
  stop(&whole);
  stop(&cut);
  return 0;
}
