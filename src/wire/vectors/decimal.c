#include "wire/vectors/decimal.h"

#include <float.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include "wire/json/number.h"
#include "wire/json/usual_number.h"

/*
 * Two ways to read one number. The plain way takes numbers of the usual shape:
 * at most 19 digits and a power of ten that a double holds exactly. It gives
 * NULL for every other text, bad or merely unusual, and then the careful way
 * decides: it checks the grammar and leaves the value to strtof or strtod.
 *
 * Why the plain way is exact for floats: the digits as uint64 become a double
 * with an error of half a unit in the last place, which the division by an
 * exact power of ten can double; its own rounding adds another half. So the
 * double is less than two units away from the true value, and where no boundary
 * between two floats lies as near, both round to the same float. Where one
 * does, and for doubles, the digits are divided as integers; see divide().
 */
_Static_assert(FLT_EVAL_METHOD == 0, "the proof needs plain double arithmetic");
_Static_assert(DBL_MANT_DIG == 53 && FLT_MANT_DIG == 24, "IEEE 754 is assumed");

enum {
  MAX_NEGATIVE_POWER = 22, /* the last power of ten a double holds exactly */
  MAX_POSITIVE_POWER = 19, /* times 2^64 it is still below FLT_MAX */
  MAX_POWER_OF_FIVE = 27   /* the last one below 2^64 */
};

__extension__ typedef unsigned __int128 uint128;

static const double powers[MAX_NEGATIVE_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const uint64_t powers_of_five[MAX_POWER_OF_FIVE + 1] = {
    1,
    5,
    25,
    125,
    625,
    3125,
    15625,
    78125,
    390625,
    1953125,
    9765625,
    48828125,
    244140625,
    1220703125,
    6103515625,
    30517578125,
    152587890625,
    762939453125,
    3814697265625,
    19073486328125,
    95367431640625,
    476837158203125,
    2384185791015625,
    11920928955078125,
    59604644775390625,
    298023223876953125,
    1490116119384765625,
    7450580596923828125};

/*
 * The sign is a factor, as a branch on it is a coin toss: 1.6 GB/s of embedding
 * text become 1.9.
 */
static const float signs[] = {1.0f, -1.0f};

/* Lies the value within two units of the middle between two floats? */
static bool is_near_boundary(double value)
{
  const uint64_t below_float = (UINT64_C(1) << (53 - 24)) - 1;
  const uint64_t middle = UINT64_C(1) << (53 - 24 - 1);
  uint64_t bits = 0;

  memcpy(&bits, &value, sizeof(bits));
  return (bits & below_float) - (middle - 2) <= 4;
}

/* False when the float may not be the nearest one. */
static bool plain_value(uint64_t mantissa, int exponent, float *value)
{
  double nearly = (double)mantissa;

  if (exponent < -MAX_NEGATIVE_POWER || exponent > MAX_POSITIVE_POWER)
    return false;
  if (exponent < 0)
    nearly /= powers[-exponent];
  else
    nearly *= powers[exponent];
  *value = (float)nearly;
  return !is_near_boundary(nearly);
}

/*
 * mantissa / divisor with its last bit telling of any remainder, scaled by the
 * power of two in *scale. Both are moved up until their highest bits are set,
 * so that the quotient has 63 or 64 bits: so many that rounding it to a double
 * is rounding the true value.
 */
static uint64_t divide(uint64_t mantissa, uint64_t divisor, int *scale)
{
  int mantissa_shift = __builtin_clzll(mantissa);
  int divisor_shift = __builtin_clzll(divisor);
  uint128 whole = (uint128)(mantissa << mantissa_shift) << 63;

  divisor <<= divisor_shift;
  *scale = divisor_shift - mantissa_shift - 63;
  return (uint64_t)(whole / divisor) | (whole % divisor != 0);
}

/* For the exponents of normal doubles. ldexp takes as long as the division. */
static double power_of_two(int exponent)
{
  uint64_t bits = (uint64_t)(DBL_MAX_EXP - 1 + exponent) << (DBL_MANT_DIG - 1);
  double power = 0;

  memcpy(&power, &bits, sizeof(power));
  return power;
}

/*
 * The nearest double or float, by way of a quotient that is exact enough for
 * both. The power of ten is split: that of five divides, that of two scales.
 */
static bool
divided(uint64_t mantissa, int exponent, uint64_t *quotient, double *scale)
{
  int shift = 0;

  if (exponent > 0 || exponent < -MAX_POWER_OF_FIVE)
    return false;
  *quotient = mantissa && exponent
                  ? divide(mantissa, powers_of_five[-exponent], &shift)
                  : mantissa;
  *scale = power_of_two(shift + exponent);
  return true;
}

/* What plain_value may get wrong: some 1 in 10^8 numbers, but also ties. */
static bool divided_value(uint64_t mantissa, int exponent, float *value)
{
  uint64_t quotient = 0;
  double scale = 0;

  if (!divided(mantissa, exponent, &quotient, &scale))
    return false;
  *value = (float)((double)(float)quotient * scale);
  return true;
}

static const char *plain_float(const char *at, float *value)
{
  bool is_negative = *at == '-';
  uint64_t mantissa = 0;
  int exponent = 0;

  at = pc_usual_number(at + is_negative, &mantissa, &exponent);
  if (!at || (!plain_value(mantissa, exponent, value) &&
              !divided_value(mantissa, exponent, value)))
    return NULL;
  *value *= signs[is_negative];
  return at;
}

static const char *plain_double(const char *at, double *value)
{
  bool is_negative = *at == '-';
  uint64_t mantissa = 0;
  uint64_t quotient = 0;
  int exponent = 0;
  double scale = 0;

  at = pc_usual_number(at + is_negative, &mantissa, &exponent);
  if (!at || !divided(mantissa, exponent, &quotient, &scale))
    return NULL;
  *value = (double)quotient * scale * (double)signs[is_negative];
  return at;
}

/*
 * What strtof and strtod need to be right whatever locale the process has set.
 * They read a copy, as they would go on behind the number in "0x1". The locale
 * is asked for each time because a kept one would be shared state; C libraries
 * hand out a constant.
 */
struct exact {
  char copy[PC_DECIMAL_MAX + 1];
  locale_t c_locale;
};

static enum pc_status
begin_exact(struct exact *exact, const char *number, size_t size)
{
  memcpy(exact->copy, number, size);
  exact->copy[size] = '\0';
  exact->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  return exact->c_locale ? PC_OK : PC_NO_MEMORY;
}

/*
 * The careful way: *behind is NULL when the number may go on at `end`. Else
 * the locale in *exact is the caller's.
 */
static enum pc_status read_carefully(const char *at,
                                     const char *end,
                                     struct exact *exact,
                                     const char **behind)
{
  enum pc_json_number_part part = PC_JSON_NUMBER_START;
  size_t size = pc_json_number_skip(at, (size_t)(end - at), 0, &part);

  *behind = NULL;
  if (size > PC_DECIMAL_MAX)
    return PC_PARSE_ERROR;
  if (at + size == end)
    return PC_OK;
  if (!pc_json_number_may_end(part))
    return PC_PARSE_ERROR;
  if (begin_exact(exact, at, size) != PC_OK)
    return PC_NO_MEMORY;
  *behind = at + size;
  return PC_OK;
}

enum pc_status pc_decimal_read(const char *at,
                               const char *end,
                               float *value,
                               const char **behind)
{
  struct exact exact;
  enum pc_status status = PC_OK;

  *behind = end - at >= PC_USUAL_NUMBER_ROOM ? plain_float(at, value) : NULL;
  if (*behind)
    return PC_OK;
  status = read_carefully(at, end, &exact, behind);
  if (!*behind)
    return status;
  *value = strtof_l(exact.copy, NULL, exact.c_locale);
  freelocale(exact.c_locale);
  return PC_OK;
}

enum pc_status pc_decimal_read_double(const char *at,
                                      const char *end,
                                      double *value,
                                      const char **behind)
{
  struct exact exact;
  enum pc_status status = PC_OK;

  *behind = end - at >= PC_USUAL_NUMBER_ROOM ? plain_double(at, value) : NULL;
  if (*behind)
    return PC_OK;
  status = read_carefully(at, end, &exact, behind);
  if (!*behind)
    return status;
  *value = strtod_l(exact.copy, NULL, exact.c_locale);
  freelocale(exact.c_locale);
  return PC_OK;
}
