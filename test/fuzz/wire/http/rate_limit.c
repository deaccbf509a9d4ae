/*
 * Whatever a head says, what is read of it are counts and times within their
 * bounds; a line more that is none of these changes nothing.
 */
#include "fuzz.h"

#include <math.h>

#include "wire/http/rate_limit.h"

static const char other_line[] = "x-request-id: remaining=1\n";

static void check(const struct pc_rate_limit *limit)
{
  REQUIRE(isfinite(limit->remaining) && limit->remaining >= 0);
  REQUIRE(isfinite(limit->limit) && limit->limit >= 0);
  REQUIRE(limit->reset_ms <= UINT64_C(1000000000000));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct pc_rate_limits alone;
  struct pc_rate_limits behind;
  struct pc_bytes text;
  char *head = fuzz_copy(data, size);
  bool is_said = pc_rate_limits_read((struct pc_text){head, size}, &alone);

  check(&alone.requests);
  check(&alone.tokens);
  REQUIRE(is_said ==
          (alone.requests.has_remaining || alone.tokens.has_remaining));
  fuzz_start_bytes(&text, other_line);
  REQUIRE(pc_bytes_append(&text, data, size) == PC_OK);
  REQUIRE(pc_rate_limits_read((struct pc_text){text.data, text.size},
                              &behind) == is_said);
  REQUIRE(behind.requests.remaining == alone.requests.remaining);
  REQUIRE(behind.tokens.reset_ms == alone.tokens.reset_ms);
  pc_bytes_deinit(&text);
  free(head);
  return 0;
}
