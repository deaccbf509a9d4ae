/*
 * A text is taken exactly when the grammar takes it, and gives the same tokens
 * and the same end however it is cut, and though what was read is removed from
 * its front. Knob: where to cut.
 */
#include "fuzz.h"
#include "plain_json.h"

#include "wire/json/scan.h"

static void note(struct pc_bytes *trace, const size_t record[4])
{
  REQUIRE(pc_bytes_append(trace, record, 4 * sizeof(*record)) == PC_OK);
}

/* Scans text[*dropped..arrived) in memory of its own and drops what it read. */
static enum pc_json_token scan_piece(struct pc_json_scan *scan,
                                     const uint8_t *text,
                                     size_t *dropped,
                                     size_t arrived,
                                     bool is_last,
                                     struct pc_bytes *trace)
{
  enum pc_json_token token = PC_JSON_MORE;
  size_t size = arrived - *dropped;
  char *window = fuzz_copy(text + *dropped, size);

  while ((token = pc_json_scan_next(scan, window, size, is_last)) >
         PC_JSON_END) {
    REQUIRE(scan->start + scan->size <= scan->at);
    note(trace, (const size_t[]){token, *dropped + scan->start, scan->size,
                                 scan->depth});
  }
  REQUIRE(scan->at <= size);
  *dropped += scan->at;
  pc_json_scan_shift(scan, scan->at);
  free(window);
  return token;
}

/* Is it JSON? Cuts nowhere without a `cut_state`. */
static bool scan_all(const uint8_t *text,
                     size_t size,
                     uint32_t *cut_state,
                     struct pc_bytes *trace)
{
  struct pc_json_scan scan;
  enum pc_json_token token = PC_JSON_MORE;
  size_t dropped = 0;
  size_t arrived = 0;

  pc_json_scan_init(&scan);
  while (cut_state && arrived < size && token == PC_JSON_MORE) {
    arrived += fuzz_cut(cut_state, size - arrived);
    token = scan_piece(&scan, text, &dropped, arrived, false, trace);
    REQUIRE(token != PC_JSON_END);
  }
  if (token == PC_JSON_MORE)
    token = scan_piece(&scan, text, &dropped, size, true, trace);
  REQUIRE(token == (scan.reason ? PC_JSON_BAD : PC_JSON_END));
  REQUIRE(token == PC_JSON_BAD || (scan.depth == 0 && dropped == size));
  note(trace, (const size_t[]){token, dropped, (size_t)scan.reason,
                               scan.is_ascii + 2 * scan.mark_size});
  return token == PC_JSON_END;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct pc_bytes whole;
  struct pc_bytes pieces;
  uint32_t cut_state = fuzz_take_knob(data, &size);
  char *text = fuzz_copy_text(data, size);
  bool is_json = plain_is_json(text, size, PC_JSON_MAX_DEPTH);

  fuzz_start_bytes(&whole, "");
  fuzz_start_bytes(&pieces, "");
  REQUIRE(scan_all(data, size, NULL, &whole) == is_json);
  REQUIRE(scan_all(data, size, &cut_state, &pieces) == is_json);
  REQUIRE(whole.size == pieces.size);
  REQUIRE(memcmp(whole.data, pieces.data, whole.size) == 0);
  pc_bytes_deinit(&pieces);
  pc_bytes_deinit(&whole);
  free(text);
  return 0;
}
