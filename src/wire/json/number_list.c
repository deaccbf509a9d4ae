#include "wire/json/number_list.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/word.h"

enum {
  MAX_WHOLE_DIGITS = 8,    /* before the point */
  MAX_FRACTION_WORDS = 4,  /* of digits behind it, the last one in part */
  MAX_EXPONENT_DIGITS = 3, /* JSON has no limit, but doubles have */
  /* Readable bytes: sign, digits, point, words, exponent and what is behind. */
  ROOM = 1 + MAX_WHOLE_DIGITS + 1 + MAX_FRACTION_WORDS * PC_WORD_SIZE +
         sizeof("e-") - 1 + MAX_EXPONENT_DIGITS + 1
};

static bool is_digit(char byte)
{
  return byte >= '0' && byte <= '9';
}

static bool is_blank(char byte)
{
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* All skip_ functions answer the byte behind their part, or NULL. */
static const char *skip_whole(const char *at)
{
  const char *start = at;

  while (is_digit(*at) && at - start < MAX_WHOLE_DIGITS)
    at++;
  if (at == start || is_digit(*at) || (*start == '0' && at - start > 1))
    return NULL;
  return at;
}

static const char *skip_fraction(const char *at)
{
  const char *start = at;
  uint64_t others = 0;

  for (int words = 0; !others && words < MAX_FRACTION_WORDS; words++) {
    others = pc_word_above(pc_word_load(at) ^ pc_word_of('0'), 9);
    at += pc_word_first(others);
  }
  return others && at > start ? at : NULL;
}

static const char *skip_exponent(const char *at)
{
  const char *start = NULL;

  if (*at == '-' || *at == '+')
    at++;
  start = at;
  while (is_digit(*at) && at - start < MAX_EXPONENT_DIGITS)
    at++;
  return at == start || is_digit(*at) ? NULL : at;
}

static const char *skip_number(const char *at)
{
  at = skip_whole(at + (*at == '-'));
  if (at && *at == '.')
    at = skip_fraction(at + 1);
  if (at && (*at == 'e' || *at == 'E'))
    at = skip_exponent(at + 1);
  return at;
}

size_t pc_number_list_skip(const char *text, size_t size, size_t at)
{
  size_t next = at;

  while (size - next >= ROOM) {
    const char *behind = NULL;

    if (is_blank(text[next])) {
      next++;
      continue;
    }
    behind = skip_number(text + next);
    if (!behind)
      break;
    at = (size_t)(behind - text);
    if (*behind != ',')
      break;
    next = at + 1;
  }
  return at;
}
