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

PC_SIMD static void sixes_join_to_their_bytes(void)
{
  long rounds = harness_rounds(20000);
  uint64_t state = 23;

  for (long i = 0; i < rounds; i++) {
    unsigned char sixes[PC_SIMD_SIZE];
    unsigned char bytes[PC_SIMD_SIZE];

    for (int k = 0; k < PC_SIMD_SIZE; k++)
      sixes[k] = harness_random(&state) % 64;
    pc_simd_store(bytes, pc_simd_join_sixes(pc_simd_load(sixes)));
    for (int bit = 0; bit < PC_SIMD_SIZE * 6; bit++)
      if (!CHECK((bytes[bit / 8] >> (7 - bit % 8) & 1) ==
                 (sixes[bit / 6] >> (5 - bit % 6) & 1)))
        return;
  }
}

PC_SIMD static void bytes_are_looked_up_by_their_halves(void)
{
  char table[PC_SIMD_SIZE];

  for (int i = 0; i < PC_SIMD_SIZE; i++)
    table[i] = (char)(i * 7);
  for (int byte = 0; byte <= UINT8_MAX; byte++) {
    pc_simd places = pc_simd_upper_half(pc_simd_of((char)byte));
    pc_simd found = pc_simd_look_up(pc_simd_load(table), places);
    char bytes[PC_SIMD_SIZE];

    pc_simd_store(bytes, pc_simd_plus(found, pc_simd_equal(found, 0)));
    CHECK((signed char)bytes[byte % PC_SIMD_SIZE] ==
          (byte / 16 ? byte / 16 * 7 : -1));
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
      TEST(sixes_join_to_their_bytes),
      TEST(bytes_are_looked_up_by_their_halves),
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
