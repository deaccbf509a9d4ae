#include "harness.h"

#include "wire/vectors/simd.h"

#ifdef PC_SIMD

PC_SIMD static void bytes_of_a_block_are_found(void)
{
  long rounds = harness_rounds(20000);
  uint64_t state = 21;
  char block[PC_SIMD_BLOCK];

  for (long i = 0; i < rounds; i++) {
    uint64_t expected = 0;

    for (int k = 0; k < PC_SIMD_BLOCK; k++) {
      block[k] = ",]-\xac"[harness_random(&state) % 4];
      expected |= (uint64_t)(block[k] == ',') << k;
    }
    if (!CHECK(pc_simd_find(block, ',') == expected))
      return;
  }
}

PC_SIMD static void digits_join_to_their_number(void)
{
  long rounds = harness_rounds(20000);
  uint64_t state = 22;
  char digits[PC_SIMD_SIZE];

  for (long i = 0; i < rounds; i++) {
    uint64_t expected = 0;

    for (int k = 0; k < PC_SIMD_SIZE; k++) {
      digits[k] = (char)(i ? harness_random(&state) % 10 : 9);
      expected = expected * 10 + (uint64_t)digits[k];
    }
    if (!CHECK(pc_simd_join_digits(pc_simd_load(digits)) == expected))
      return;
  }
}

PC_SIMD static void one_byte_above_the_limit_is_noticed(void)
{
  for (int place = 0; place < PC_SIMD_SIZE; place++)
    for (int value = 0; value <= UINT8_MAX; value++) {
      char bytes[PC_SIMD_SIZE] = {0};

      bytes[place] = (char)value;
      CHECK(pc_simd_any_above(pc_simd_load(bytes), 9) == (value > 9));
    }
}

PC_SIMD static void bytes_have_no_signs(void)
{
  char wide[PC_SIMD_SIZE] = "\xff\x80\x01";
  pc_simd bytes = pc_simd_max(pc_simd_load(wide), pc_simd_of('\x7f'));

  CHECK(!pc_simd_any_above(pc_simd_less(bytes, pc_simd_load(wide)), 0x7f));
  CHECK(pc_simd_any_above(bytes, '\xfe'));
  CHECK(!pc_simd_any_above(pc_simd_and(bytes, pc_simd_of(7)), 7));
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(bytes_of_a_block_are_found),
      TEST(digits_join_to_their_number),
      TEST(one_byte_above_the_limit_is_noticed),
      TEST(bytes_have_no_signs),
  };

  if (!pc_simd_is_there()) {
    printf("not checked: this processor has none of it\n");
    return EXIT_SUCCESS;
  }
  return HARNESS_RUN(tests);
}

#else

int main(void)
{
  bool holds = CHECK(!pc_simd_is_there());

  printf("%d passed, %d failed\n", holds, !holds);
  return holds ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
