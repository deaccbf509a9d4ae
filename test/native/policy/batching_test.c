#include "harness.h"

#include "policy/batching.h"

/* Writes the batch sizes that `chars` split into; gives how many there are. */
static size_t split(const uint64_t *chars,
                    size_t count,
                    struct pc_batching batching,
                    size_t *sizes)
{
  size_t batches = 0;

  for (size_t i = 0; i < count; i++) {
    if (pc_batching_begins(&batching, chars[i]))
      sizes[batches++] = 0;
    sizes[batches - 1]++;
  }
  return batches;
}

static struct pc_batching limits(uint32_t max_items, uint64_t max_chars)
{
  return (struct pc_batching){.max_items = max_items, .max_chars = max_chars};
}

static void without_a_character_limit_batches_are_slices(void)
{
  uint64_t chars[7] = {0};
  size_t sizes[7];

  CHECK_NUMBER(split(chars, 7, limits(3, 0), sizes), 3);
  CHECK_NUMBER(sizes[0], 3);
  CHECK_NUMBER(sizes[1], 3);
  CHECK_NUMBER(sizes[2], 1);
}

static void a_batch_may_reach_the_character_limit_but_not_pass_it(void)
{
  uint64_t chars[] = {40, 60, 1, 99, 1};
  size_t sizes[5];

  CHECK_NUMBER(split(chars, 5, limits(128, 100), sizes), 3);
  CHECK_NUMBER(sizes[0], 2);
  CHECK_NUMBER(sizes[1], 2);
  CHECK_NUMBER(sizes[2], 1);
}

static void an_input_longer_than_the_limit_travels_alone(void)
{
  uint64_t chars[] = {10, 500, 10, 10};
  size_t sizes[4];

  CHECK_NUMBER(split(chars, 4, limits(128, 100), sizes), 3);
  CHECK_NUMBER(sizes[0], 1);
  CHECK_NUMBER(sizes[1], 1);
  CHECK_NUMBER(sizes[2], 2);
}

static void both_limits_hold_together(void)
{
  uint64_t chars[] = {1, 1, 1, 98, 1, 1};
  size_t sizes[6];

  CHECK_NUMBER(split(chars, 6, limits(2, 100), sizes), 3);
  CHECK_NUMBER(sizes[0], 2);
  CHECK_NUMBER(sizes[1], 2);
  CHECK_NUMBER(sizes[2], 2);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(without_a_character_limit_batches_are_slices),
      TEST(a_batch_may_reach_the_character_limit_but_not_pass_it),
      TEST(an_input_longer_than_the_limit_travels_alone),
      TEST(both_limits_hold_together),
  };
  return HARNESS_RUN(tests);
}
