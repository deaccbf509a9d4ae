/*
 * small_answer.h - what rerank and classify promise of any body.
 *
 * A body is refused with a reason and leaves no trace, or becomes JSON that
 * reads as itself. What the scanner takes, cJSON parses: no call runs out of
 * memory.
 */
#ifndef PC_FUZZ_SMALL_ANSWER_H
#define PC_FUZZ_SMALL_ANSWER_H

#include "fuzz.h"

#include "base/fault.h"

typedef enum pc_status fuzz_read_fn(const char *body,
                                    size_t size,
                                    uint32_t count,
                                    struct pc_bytes *out,
                                    struct pc_fault *fault);

static inline void fuzz_check_settled(fuzz_read_fn *read,
                                      uint32_t count,
                                      const struct pc_bytes *out,
                                      size_t kept_size)
{
  struct pc_bytes again;
  struct pc_fault fault = {""};
  char *body = fuzz_copy_text(out->data + kept_size, out->size - kept_size);

  fuzz_start_bytes(&again, "");
  REQUIRE(read(body, out->size - kept_size, count, &again, &fault) == PC_OK);
  REQUIRE(strcmp(again.data, body) == 0);
  pc_bytes_deinit(&again);
  free(body);
}

/* Feeds the body; the knob at its end says how many items it should have. */
static inline void
fuzz_small_answer(fuzz_read_fn *read, const uint8_t *data, size_t size)
{
  static const char kept[] = "kept";
  uint32_t count = fuzz_count_of(fuzz_take_knob(data, &size));
  char *body = fuzz_copy(data, size);
  struct pc_bytes out;
  struct pc_fault fault = {""};
  enum pc_status status = PC_OK;

  fuzz_start_bytes(&out, kept);
  status = read(body, size, count, &out, &fault);
  REQUIRE(status == (*fault.reason ? PC_PARSE_ERROR : PC_OK));
  if (status == PC_OK)
    fuzz_check_settled(read, count, &out, strlen(kept));
  else
    REQUIRE(strcmp(out.data, kept) == 0);
  pc_bytes_deinit(&out);
  free(body);
}

#endif
