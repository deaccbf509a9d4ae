/*
 * small_answer.h - what rerank and classify promise of any body.
 *
 * A body is refused with a reason, or becomes one row per item: ends that go
 * up, finite scores, and strings that are a JSON array.
 */
#ifndef PC_FUZZ_SMALL_ANSWER_H
#define PC_FUZZ_SMALL_ANSWER_H

#include "fuzz.h"
#include "plain_json.h"

#include <math.h>

#include "base/fault.h"
#include "wire/answers/scores.h"

typedef enum pc_status fuzz_read_fn(const char *body,
                                    size_t size,
                                    uint32_t count,
                                    struct pc_scores *scores,
                                    struct pc_fault *fault);

/* May this pair be in the answer for `count` items? */
typedef bool fuzz_pair_fn(const struct pc_score *pair, uint32_t count);

static inline void fuzz_check_pairs(const struct pc_scores *scores,
                                    uint32_t count,
                                    fuzz_pair_fn *is_good)
{
  for (size_t at = 0; at < scores->pairs.size; at += sizeof(struct pc_score)) {
    struct pc_score pair;

    memcpy(&pair, scores->pairs.data + at, sizeof(pair));
    REQUIRE(isfinite(pair.score) && is_good(&pair, count));
  }
}

static inline void fuzz_check_rows(const struct pc_scores *scores,
                                   uint32_t count)
{
  size_t start = 0;

  REQUIRE(scores->ends.size == count * sizeof(start));
  for (uint32_t row = 0; row < count; row++) {
    size_t end = 0;

    memcpy(&end, scores->ends.data + row * sizeof(end), sizeof(end));
    REQUIRE(end >= start && end % sizeof(struct pc_score) == 0);
    start = end;
  }
  REQUIRE(start == scores->pairs.size);
}

/* Feeds the body; the knob at its end says how many items it should have. */
static inline void fuzz_small_answer(fuzz_read_fn *read,
                                     fuzz_pair_fn *is_good,
                                     const uint8_t *data,
                                     size_t size)
{
  uint32_t count = fuzz_count_of(fuzz_take_knob(data, &size));
  char *body = fuzz_copy(data, size);
  struct pc_scores scores;
  struct pc_fault fault = {""};
  enum pc_status status = PC_OK;

  pc_scores_init(&scores);
  status = read(body, size, count, &scores, &fault);
  REQUIRE(status == (*fault.reason ? PC_PARSE_ERROR : PC_OK));
  if (status == PC_OK) {
    fuzz_check_rows(&scores, count);
    fuzz_check_pairs(&scores, count, is_good);
    if (scores.strings.size)
      REQUIRE(plain_is_json(scores.strings.data, scores.strings.size, 1));
  }
  pc_scores_deinit(&scores);
  free(body);
}

#endif
