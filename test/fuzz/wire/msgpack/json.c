/*
 * Bytes become the same text, or are refused for the same reason, however they
 * are cut; what they become is JSON. Knob: where to cut.
 */
#include "fuzz.h"
#include "plain_json.h"

#include "wire/msgpack/json.h"

static enum pc_status convert(const uint8_t *data,
                              size_t size,
                              uint32_t *cut_state,
                              struct pc_bytes *out,
                              struct pc_fault *fault)
{
  struct pc_msgpack_scan scan;
  enum pc_status status = PC_OK;
  size_t arrived = cut_state ? 0 : size;

  pc_msgpack_scan_init(&scan);
  for (;;) {
    bool is_last = arrived == size;
    size_t here = arrived - scan.dropped;
    char *window = fuzz_copy(data + scan.dropped, here);

    status = pc_msgpack_json_append(&scan, window, here, is_last, out, fault);
    free(window);
    REQUIRE(scan.at <= here);
    if (status != PC_OK || is_last)
      return status;
    pc_msgpack_scan_shift(&scan);
    arrived += fuzz_cut(cut_state, size - arrived);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  uint32_t cut_state = fuzz_take_knob(data, &size);
  struct pc_fault why_whole = {""};
  struct pc_fault why_pieces = {""};
  struct pc_bytes whole;
  struct pc_bytes pieces;
  enum pc_status status = PC_OK;

  pc_bytes_init(&whole, (size_t)1 << 24);
  pc_bytes_init(&pieces, (size_t)1 << 24);
  status = convert(data, size, NULL, &whole, &why_whole);
  REQUIRE(status == (*why_whole.reason ? PC_PARSE_ERROR : PC_OK));
  REQUIRE(convert(data, size, &cut_state, &pieces, &why_pieces) == status);
  REQUIRE(strcmp(why_whole.reason, why_pieces.reason) == 0);
  REQUIRE(whole.size == pieces.size);
  REQUIRE(!whole.size || memcmp(whole.data, pieces.data, whole.size) == 0);
  if (status == PC_OK)
    REQUIRE(plain_is_json(whole.data, whole.size, PC_MSGPACK_MAX_DEPTH));
  pc_bytes_deinit(&pieces);
  pc_bytes_deinit(&whole);
  return 0;
}
