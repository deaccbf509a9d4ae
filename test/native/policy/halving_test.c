#include "harness.h"

#include "policy/halving.h"

static const char words[] = "too many inputs";

static bool refuse(struct pc_halving *halving, uint32_t count)
{
  return pc_halving_refuse(halving, count, 413, words, strlen(words));
}

static void a_refusal_teaches_the_half(void)
{
  struct pc_halving halving = {.largest = UINT32_MAX};

  CHECK(refuse(&halving, 50));
  CHECK_NUMBER(halving.largest, 25);
  CHECK(refuse(&halving, 25));
  CHECK_NUMBER(halving.largest, 13);
}

static void but_not_less_than_was_accepted(void)
{
  struct pc_halving halving = {.largest = UINT32_MAX};

  pc_halving_accept(&halving, 100);
  pc_halving_accept(&halving, 10);
  CHECK(refuse(&halving, 128));
  CHECK_NUMBER(halving.largest, 100);
  CHECK(refuse(&halving, 2));
  CHECK_NUMBER(halving.largest, 100);
}

static void a_single_input_teaches_nothing(void)
{
  struct pc_halving halving = {.largest = UINT32_MAX};

  pc_halving_accept(&halving, 1);
  CHECK(refuse(&halving, 2));
  CHECK_NUMBER(halving.largest, 1);
  CHECK(!refuse(&halving, 1));
  CHECK_NUMBER(halving.largest, UINT32_MAX);
  CHECK(refuse(&halving, 128));
}

static void what_no_size_mends_is_not_halved_again(void)
{
  struct pc_halving halving = {.largest = UINT32_MAX};

  CHECK(refuse(&halving, 2));
  CHECK(!refuse(&halving, 1));
  CHECK(!refuse(&halving, 128));
  CHECK_NUMBER(halving.largest, UINT32_MAX);
  CHECK(pc_halving_refuse(&halving, 128, 400, words, strlen(words)));
  CHECK(pc_halving_refuse(&halving, 128, 413, NULL, 0));
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_refusal_teaches_the_half),
      TEST(but_not_less_than_was_accepted),
      TEST(a_single_input_teaches_nothing),
      TEST(what_no_size_mends_is_not_halved_again),
  };
  return HARNESS_RUN(tests);
}
