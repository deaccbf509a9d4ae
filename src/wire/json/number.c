#include "wire/json/number.h"

#include "base/word.h"
#include "wire/json/usual_number.h"

/* What the grammar tells apart. */
enum kind { OTHER, MINUS, PLUS, ZERO, DIGIT, POINT, E, KIND_COUNT };

static const unsigned char kinds[UINT8_MAX + 1] = {
    ['-'] = MINUS, ['+'] = PLUS,  ['0'] = ZERO,  ['1'] = DIGIT, ['2'] = DIGIT,
    ['3'] = DIGIT, ['4'] = DIGIT, ['5'] = DIGIT, ['6'] = DIGIT, ['7'] = DIGIT,
    ['8'] = DIGIT, ['9'] = DIGIT, ['.'] = POINT, ['e'] = E,     ['E'] = E};

/* The part that a byte opens behind another; PC_JSON_NUMBER_START for none. */
static const unsigned char parts[][KIND_COUNT] = {
    [PC_JSON_NUMBER_START] = {[MINUS] = PC_JSON_NUMBER_MINUS,
                              [ZERO] = PC_JSON_NUMBER_ZERO,
                              [DIGIT] = PC_JSON_NUMBER_WHOLE},
    [PC_JSON_NUMBER_MINUS] =
        {[ZERO] = PC_JSON_NUMBER_ZERO, [DIGIT] = PC_JSON_NUMBER_WHOLE},
    [PC_JSON_NUMBER_ZERO] =
        {[POINT] = PC_JSON_NUMBER_POINT, [E] = PC_JSON_NUMBER_E},
    [PC_JSON_NUMBER_WHOLE] =
        {[POINT] = PC_JSON_NUMBER_POINT, [E] = PC_JSON_NUMBER_E},
    [PC_JSON_NUMBER_POINT] =
        {[ZERO] = PC_JSON_NUMBER_FRACTION, [DIGIT] = PC_JSON_NUMBER_FRACTION},
    [PC_JSON_NUMBER_FRACTION] = {[E] = PC_JSON_NUMBER_E},
    [PC_JSON_NUMBER_E] = {[MINUS] = PC_JSON_NUMBER_E_SIGN,
                          [PLUS] = PC_JSON_NUMBER_E_SIGN,
                          [ZERO] = PC_JSON_NUMBER_EXPONENT,
                          [DIGIT] = PC_JSON_NUMBER_EXPONENT},
    [PC_JSON_NUMBER_E_SIGN] =
        {[ZERO] = PC_JSON_NUMBER_EXPONENT, [DIGIT] = PC_JSON_NUMBER_EXPONENT},
    [PC_JSON_NUMBER_EXPONENT] = {0}};

static size_t skip_digits(const char *text, size_t size, size_t at)
{
  while (size - at >= PC_WORD_SIZE) {
    uint64_t others =
        pc_word_above(pc_word_load(text + at) ^ pc_word_of('0'), 9);

    if (others)
      return at + pc_word_first(others);
    at += PC_WORD_SIZE;
  }
  while (at < size && pc_is_digit(text[at]))
    at++;
  return at;
}

static bool takes_digits(enum pc_json_number_part part)
{
  return part == PC_JSON_NUMBER_WHOLE || part == PC_JSON_NUMBER_FRACTION ||
         part == PC_JSON_NUMBER_EXPONENT;
}

size_t pc_json_number_skip(const char *text,
                           size_t size,
                           size_t at,
                           enum pc_json_number_part *part)
{
  for (;; at++) {
    enum pc_json_number_part next = PC_JSON_NUMBER_START;

    if (takes_digits(*part))
      at = skip_digits(text, size, at);
    if (at == size)
      return at;
    next = parts[*part][kinds[(unsigned char)text[at]]];
    if (next == PC_JSON_NUMBER_START)
      return at;
    *part = next;
  }
}

bool pc_json_number_may_end(enum pc_json_number_part part)
{
  return part == PC_JSON_NUMBER_ZERO || takes_digits(part);
}

size_t pc_json_number_skip_list(const char *text, size_t size, size_t at)
{
  size_t next = at;

  while (size - next >= PC_USUAL_NUMBER_ROOM) {
    const char *number = text + next;
    const char *behind = NULL;
    int exponent = 0;

    if (pc_is_blank(*number)) {
      next++;
      continue;
    }
    behind = pc_usual_number(number + (*number == '-'), NULL, &exponent);
    if (!behind)
      break;
    at = (size_t)(behind - text);
    if (*behind != ',')
      break;
    next = at + 1;
  }
  return at;
}
