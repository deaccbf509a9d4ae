/*
 * usual_number.h - numbers of the usual shape, quickly.
 *
 * At most 8 digits before the point, 31 behind it and 3 in the exponent. Others
 * are good JSON as well, and are refused here: number.h knows all.
 * In a header, so that who needs no value does not pay for one. Thread: any.
 */
#ifndef PC_WIRE_JSON_USUAL_NUMBER_H
#define PC_WIRE_JSON_USUAL_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/chars.h"
#include "base/word.h"

enum {
  PC_USUAL_WHOLE_DIGITS = 8, /* before the point */
  PC_USUAL_FULL_WORDS = 3,   /* of digits behind it; a part of one follows */
  PC_USUAL_EXPONENT_DIGITS = 3,
  /* Readable bytes: sign, digits, point, words, exponent and what is behind. */
  PC_USUAL_NUMBER_ROOM = 1 + PC_USUAL_WHOLE_DIGITS + 1 +
                         (PC_USUAL_FULL_WORDS + 1) * PC_WORD_SIZE +
                         sizeof("e-") - 1 + PC_USUAL_EXPONENT_DIGITS + 1
};

/* The number that eight digit values stand for, the first one lowest. */
static inline uint64_t pc_usual_join_digits(uint64_t values)
{
  values = (values * (10 << 8 | 1)) >> 8 & UINT64_C(0x00ff00ff00ff00ff);
  values = (values * (100 << 16 | 1)) >> 16 & UINT64_C(0x0000ffff0000ffff);
  return (values * (UINT64_C(10000) << 32 | 1)) >> 32;
}

/* Appends `count` (at most 8) digits to the mantissa; false on overflow. */
static inline bool
pc_usual_push_digits(uint64_t *mantissa, unsigned count, uint64_t values)
{
  static const uint64_t scales[] = {1,      10,      100,      1000,     10000,
                                    100000, 1000000, 10000000, 100000000};

  return !mantissa ||
         (!__builtin_mul_overflow(*mantissa, scales[count], mantissa) &&
          !__builtin_add_overflow(*mantissa, pc_usual_join_digits(values),
                                  mantissa));
}

/* These functions answer the byte behind their part, or NULL. */
static inline const char *pc_usual_whole(const char *at, uint64_t *mantissa)
{
  const char *start = at;

  for (; pc_is_digit(*at) && at - start < PC_USUAL_WHOLE_DIGITS; at++)
    if (mantissa)
      *mantissa = *mantissa * 10 + (uint64_t)(*at - '0');
  if (at == start || pc_is_digit(*at) || (*start == '0' && at - start > 1))
    return NULL;
  return at;
}

/*
 * Whole words step by a constant, so the next word can be loaded before this
 * one is understood; only the part of a word at the end waits for its count.
 */
static inline const char *
pc_usual_fraction(const char *at, uint64_t *mantissa, int *exponent)
{
  const char *start = at;
  uint64_t values = pc_word_load(at) ^ pc_word_of('0');
  unsigned count = 0;

  while (!pc_word_above(values, 9)) {
    if (at - start == PC_USUAL_FULL_WORDS * PC_WORD_SIZE ||
        !pc_usual_push_digits(mantissa, PC_WORD_SIZE, values))
      return NULL;
    at += PC_WORD_SIZE;
    values = pc_word_load(at) ^ pc_word_of('0');
  }

  count = pc_word_first(pc_word_above(values, 9));
  /* Digits move up behind zeros; two shifts, as one by 64 is not defined. */
  values = values << 8 << (8 * (PC_WORD_SIZE - 1 - count));
  if (!pc_usual_push_digits(mantissa, count, values))
    return NULL;
  at += count;
  *exponent = (int)(start - at);
  return at > start ? at : NULL;
}

static inline const char *pc_usual_exponent(const char *at, int *exponent)
{
  bool is_negative = *at == '-';
  const char *start = NULL;
  int value = 0;

  if (is_negative || *at == '+')
    at++;
  start = at;
  while (pc_is_digit(*at) && at - start < PC_USUAL_EXPONENT_DIGITS)
    value = value * 10 + *at++ - '0';
  *exponent += is_negative ? -value : value;
  return at == start || pc_is_digit(*at) ? NULL : at;
}

/*
 * Reads the number at `at`, behind its sign, as *mantissa * 10 ^ *exponent, of
 * which *mantissa is not wanted when the pointer is NULL. `at` has
 * PC_USUAL_NUMBER_ROOM. NULL for every other text, or a mantissa that does not
 * fit.
 */
__attribute__((always_inline)) static inline const char *
pc_usual_number(const char *at, uint64_t *mantissa, int *exponent)
{
  *exponent = 0;
  at = pc_usual_whole(at, mantissa);
  if (at && *at == '.')
    at = pc_usual_fraction(at + 1, mantissa, exponent);
  if (at && (*at == 'e' || *at == 'E'))
    at = pc_usual_exponent(at + 1, exponent);
  return at;
}

#endif
