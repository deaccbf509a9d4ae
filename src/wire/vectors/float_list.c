#include "wire/vectors/float_list.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/chars.h"
#include "wire/vectors/decimal.h"
#include "wire/vectors/simd.h"

#ifdef PC_SIMD

enum {
  MOST_BLOCKS = 32,  /* looked through at once */
  ENDS_AT_ONCE = 4,  /* of a block; few lists have more */
  WHOLE_SIZE = 2,    /* one digit and the point */
  MOST_FRACTION = 32 /* digits behind it */
};

/* Bytes that may be loaded behind a block in which a number begins. */
#define REACH (WHOLE_SIZE + MOST_FRACTION)

/* Where numbers end, as offsets from the text that was looked through. */
struct ends {
  unsigned count;
  bool is_last; /* the list's bracket is among them */
  uint16_t at[MOST_BLOCKS * PC_SIMD_BLOCK + ENDS_AT_ONCE];
};

/* What lies behind the last whole block, with room to load too much. */
struct tail {
  char text[2 * PC_SIMD_BLOCK + REACH];
};

/* 32 bytes that keep and 32 that do not. */
static const uint64_t keep[2 * MOST_FRACTION / sizeof(uint64_t)] = {
    UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};

/* The sign is a factor, as a branch on it is a coin toss. */
static const double units[] = {1e-16, -1e-16};

/*
 * The values of the sixteen digits behind the first `skipped` of `count`
 * digits, and zeros where there are fewer.
 */
PC_SIMD static inline pc_simd
load_digits(const char *digits, size_t count, size_t skipped)
{
  const char *mask = (const char *)keep + MOST_FRACTION + skipped - count;

  return pc_simd_and(
      pc_simd_less(pc_simd_load(digits + skipped), pc_simd_of('0')),
      pc_simd_load(mask));
}

/* Lies a middle between two floats within 2^16 units of the last place? */
static inline bool is_near_boundary(double value)
{
  const uint32_t middle = UINT32_C(1) << 28; /* 53 - 24 bits do not fit */
  const uint32_t margin = UINT32_C(1) << 16;
  uint64_t bits = 0;

  memcpy(&bits, &value, sizeof(bits));
  return ((uint32_t)bits & (2 * middle - 1)) - (middle - margin) <= 2 * margin;
}

/*
 * Reads a number that begins behind its sign and ends at `end`, if it is one
 * digit, a point and 1 to 32 digits. False: it is not, or the value may not be
 * the nearest float.
 *
 * The first digit and the next 16 are a whole number below 10^17. As a double
 * it is wrong by half a unit in the last place at most, 1e-16 and the product
 * of the two by as much each. Further digits add less than 1 to the number,
 * which is less than 2^15 units where it is at least 2^38. So the true value is
 * within 2^16 units, and where no middle is as near, rounds to the same float.
 */
PC_SIMD static inline bool
read_usual(const char *at, const char *end, bool is_negative, char *value)
{
  size_t count = (size_t)(end - at) - WHOLE_SIZE;
  uint16_t start = 0;
  unsigned whole = 0;
  pc_simd first;
  pc_simd rest;
  uint64_t mantissa = 0;
  double wide = 0;
  float nearest = 0;

  memcpy(&start, at, sizeof(start));
  whole = start - ('.' << 8 | '0');
  if (whole > 9 || count - 1 >= MOST_FRACTION)
    return false;
  first = load_digits(at + WHOLE_SIZE, count, 0);
  rest = load_digits(at + WHOLE_SIZE, count, PC_SIMD_SIZE);
  if (pc_simd_any_above(pc_simd_max(first, rest), 9))
    return false;

  mantissa = pc_simd_join_digits(first) + whole * UINT64_C(10000000000000000);
  if (mantissa < UINT64_C(1) << 38 && count > PC_SIMD_SIZE)
    return false;
  wide = (double)(int64_t)mantissa * units[is_negative];
  if (is_near_boundary(wide))
    return false;
  nearest = (float)wide;
  memcpy(value, &nearest, sizeof(nearest));
  return true;
}

/* Any other number, and whatever is none. False: it does not reach to `end`. */
static bool
read_other(const char *at, const char *end, const char *text_end, char *value)
{
  const char *behind = NULL;
  float nearest = 0;

  if (pc_decimal_read(at, text_end, &nearest, &behind) != PC_OK || !behind)
    return false;
  while (pc_is_blank(*behind))
    behind++;
  memcpy(value, &nearest, sizeof(nearest));
  return behind == end;
}

/* Reads those of the numbers that are good and answers how many there were. */
PC_SIMD static size_t read_numbers(const char *text,
                                   const char *text_end,
                                   const struct ends *ends,
                                   char *values)
{
  const char *at = text;
  size_t i = 0;

  for (; i < ends->count; i++) {
    const char *end = text + ends->at[i];
    char *value = values + i * sizeof(float);
    bool is_negative = false;

    while (pc_is_blank(*at))
      at++;
    is_negative = *at == '-';
    if (!read_usual(at + is_negative, end, is_negative, value) &&
        !read_other(at, end, text_end, value))
      break;
    at = end + 1;
  }
  return i;
}

/* Always puts a few places, so that their count is not a coin toss. */
PC_SIMD static inline void
put_ends(struct ends *ends, size_t base, uint64_t bits)
{
  unsigned count = (unsigned)__builtin_popcountll(bits);
  uint16_t *to = ends->at + ends->count;

  ends->count += count;
  do {
    for (int i = 0; i < ENDS_AT_ONCE; i++) {
      /* Which bit it finds in nothing does not matter, but it must be there. */
      unsigned place = (unsigned)__builtin_ctzll(bits | UINT64_C(1) << 63);

      *to++ = (uint16_t)(base + place);
      bits &= bits - 1;
    }
  } while (bits);
}

/* Looks for ends of numbers, up to the first closing bracket. */
PC_SIMD static void
find_ends(struct ends *ends, const char *text, size_t block_count)
{
  ends->count = 0;
  ends->is_last = false;
  for (size_t i = 0; i < block_count && !ends->is_last; i++) {
    const char *block = text + i * PC_SIMD_BLOCK;
    uint64_t commas = pc_simd_find(block, ',');
    uint64_t brackets = pc_simd_find(block, ']');

    if (brackets) {
      uint64_t first = brackets & (~brackets + 1);

      commas = (commas & (first - 1)) | first;
      ends->is_last = true;
    }
    put_ends(ends, i * PC_SIMD_BLOCK, commas);
  }
}

/*
 * What is looked through next of the text from `at` on: as much of it as may be
 * loaded, or, near its end, a copy with room behind it.
 */
static const char *next_text(const char *at,
                             const char *end,
                             struct tail *tail,
                             size_t *block_count)
{
  size_t left = (size_t)(end - at);

  if (left < PC_SIMD_BLOCK + REACH) {
    memset(tail, 0, sizeof(*tail));
    memcpy(tail->text, at, left);
    *block_count = (left + PC_SIMD_BLOCK - 1) / PC_SIMD_BLOCK;
    return tail->text;
  }
  *block_count = (left - REACH) / PC_SIMD_BLOCK;
  if (*block_count > MOST_BLOCKS)
    *block_count = MOST_BLOCKS;
  return at;
}

PC_SIMD static size_t
read_list(const char **at, const char *end, char *values, size_t room)
{
  const char *next = *at;
  struct ends ends;
  struct tail tail;
  size_t read = 0;
  size_t count = 0;

  do {
    size_t block_count = 0;
    const char *text = next_text(next, end, &tail, &block_count);
    const char *text_end = text == next ? end : tail.text + sizeof(tail.text);

    find_ends(&ends, text, block_count);
    if (ends.count > room - read)
      ends.count = (unsigned)(room - read);
    count = read_numbers(text, text_end, &ends, values + read * sizeof(float));
    if (!count)
      break;
    read += count;
    *at = next + ends.at[count - 1];
    next = *at + 1;
  } while (count == ends.count && !ends.is_last);
  return read;
}

#endif

pc_float_list_fn *pc_float_list_best(void)
{
#ifdef PC_SIMD
  if (pc_simd_is_there())
    return read_list;
#endif
  return NULL;
}
