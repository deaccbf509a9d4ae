#include "wire/json/number.h"

#include <stdint.h>

#include "base/word.h"

static bool is_digit(char byte)
{
  return byte >= '0' && byte <= '9';
}

static bool is_e(char byte)
{
  return byte == 'e' || byte == 'E';
}

/* Flags all bytes but digits; exact up to the first flag. */
static uint64_t flag_others(uint64_t word)
{
  uint64_t values = word ^ pc_word_of('0');

  return ((values + pc_word_of(0x80 - 10)) | values) & pc_word_of(0x80);
}

static size_t skip_digits(const char *text, size_t size, size_t at)
{
  while (size - at >= PC_WORD_SIZE) {
    uint64_t flags = flag_others(pc_word_load(text + at));

    if (flags)
      return at + pc_word_first(flags);
    at += PC_WORD_SIZE;
  }
  while (at < size && is_digit(text[at]))
    at++;
  return at;
}

static bool takes_digits(enum pc_json_number_part part)
{
  return part == PC_JSON_NUMBER_WHOLE || part == PC_JSON_NUMBER_FRACTION ||
         part == PC_JSON_NUMBER_EXPONENT;
}

static enum pc_json_number_part part_at_first_digit(char byte)
{
  if (!is_digit(byte))
    return PC_JSON_NUMBER_END;
  return byte == '0' ? PC_JSON_NUMBER_ZERO : PC_JSON_NUMBER_WHOLE;
}

static enum pc_json_number_part part_if_digit(enum pc_json_number_part part,
                                              char byte)
{
  return is_digit(byte) ? part : PC_JSON_NUMBER_END;
}

/* The part that `byte` opens behind `part`, when it is no digit of that part.
 */
static enum pc_json_number_part part_behind(enum pc_json_number_part part,
                                            char byte)
{
  switch (part) {
  case PC_JSON_NUMBER_START:
    return byte == '-' ? PC_JSON_NUMBER_MINUS : part_at_first_digit(byte);
  case PC_JSON_NUMBER_MINUS:
    return part_at_first_digit(byte);
  case PC_JSON_NUMBER_ZERO:
  case PC_JSON_NUMBER_WHOLE:
    if (byte == '.')
      return PC_JSON_NUMBER_POINT;
    return is_e(byte) ? PC_JSON_NUMBER_E : PC_JSON_NUMBER_END;
  case PC_JSON_NUMBER_POINT:
    return part_if_digit(PC_JSON_NUMBER_FRACTION, byte);
  case PC_JSON_NUMBER_FRACTION:
    return is_e(byte) ? PC_JSON_NUMBER_E : PC_JSON_NUMBER_END;
  case PC_JSON_NUMBER_E:
    if (byte == '+' || byte == '-')
      return PC_JSON_NUMBER_E_SIGN;
    return part_if_digit(PC_JSON_NUMBER_EXPONENT, byte);
  case PC_JSON_NUMBER_E_SIGN:
    return part_if_digit(PC_JSON_NUMBER_EXPONENT, byte);
  case PC_JSON_NUMBER_EXPONENT:
  case PC_JSON_NUMBER_END:
    break;
  }
  return PC_JSON_NUMBER_END;
}

size_t pc_json_number_skip(const char *text,
                           size_t size,
                           size_t at,
                           enum pc_json_number_part *part)
{
  for (;;) {
    enum pc_json_number_part next = PC_JSON_NUMBER_END;

    if (takes_digits(*part))
      at = skip_digits(text, size, at);
    if (at == size)
      return at;
    next = part_behind(*part, text[at]);
    if (next == PC_JSON_NUMBER_END)
      return at;
    *part = next;
    at++;
  }
}

bool pc_json_number_may_end(enum pc_json_number_part part)
{
  return part == PC_JSON_NUMBER_ZERO || takes_digits(part);
}
