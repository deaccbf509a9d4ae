/*
 * plain.h - readers that are slow and obvious, to compare the fast ones with.
 */
#ifndef PC_FUZZ_PLAIN_H
#define PC_FUZZ_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PLAIN_ESCAPE_SIZE = 6 /* \u002b */ };

/* What `letter` behind a backslash stands for; `u` is not one of them. */
static inline char plain_short_escape(char letter)
{
  static const char letters[] = "bfnrt";
  static const char values[] = "\b\f\n\r\t";
  const char *found = letter ? strchr(letters, letter) : NULL;

  return found ? values[found - letters] : letter;
}

/*
 * Unfolds the escapes of a checked JSON string into `to` and answers the size.
 * A unit that is no byte becomes 0xff, which no text has.
 */
static inline size_t plain_unfold(const char *text, size_t size, char *to)
{
  size_t count = 0;

  for (size_t at = 0; at < size; at++) {
    char byte = text[at];

    if (byte == '\\' && text[at + 1] == 'u') {
      char digits[] = {text[at + 2], text[at + 3], text[at + 4], text[at + 5],
                       '\0'};
      unsigned long unit = strtoul(digits, NULL, 16);

      byte = unit < 0x80 ? (char)unit : '\xff';
      at += PLAIN_ESCAPE_SIZE - 1;
    } else if (byte == '\\') {
      byte = plain_short_escape(text[++at]);
    }
    to[count++] = byte;
  }
  return count;
}

/* The value of a base64 letter, -1 for any other byte. */
static inline int plain_letter(char letter)
{
  static const char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *found = letter ? strchr(alphabet, letter) : NULL;

  return found ? (int)(found - alphabet) : -1;
}

/*
 * Decodes canonical base64 bit by bit into `to`, which has room for `size`
 * bytes. False when it is none.
 */
static inline bool
plain_base64(const char *text, size_t size, char *to, size_t *decoded)
{
  size_t letters = size;
  unsigned bits = 0;
  unsigned bit_count = 0;

  *decoded = 0;
  while (letters && size - letters < 2 && text[letters - 1] == '=')
    letters--;
  for (size_t i = 0; i < letters; i++) {
    int value = plain_letter(text[i]);

    if (value < 0)
      return false;
    bits = (bits << 6 | (unsigned)value) & 0xfff;
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      to[(*decoded)++] = (char)(bits >> bit_count);
    }
  }
  return size % 4 == 0 && !(bits & ((1u << bit_count) - 1));
}

/* Length of the UTF-8 character at the start of text[0..size), 0 for none. */
static inline size_t plain_utf8_size(const uint8_t *text, size_t size)
{
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t length = text[0] < 0x80   ? 1
                  : text[0] < 0xc0 ? 0
                  : text[0] < 0xe0 ? 2
                  : text[0] < 0xf0 ? 3
                  : text[0] < 0xf8 ? 4
                                   : 0;
  uint32_t point = length == 1 ? text[0] : text[0] & (0x7fu >> length);

  if (!length || length > size)
    return 0;
  for (size_t i = 1; i < length; i++) {
    if ((text[i] & 0xc0) != 0x80)
      return 0;
    point = point << 6 | (text[i] & 0x3f);
  }
  if (point < least[length] || point > 0x10ffff || point >> 11 == 0xd800 >> 11)
    return 0;
  return length;
}

static inline bool plain_is_utf8(const uint8_t *text, size_t size)
{
  size_t length = 1;

  for (size_t at = 0; length && at < size; at += length)
    length = plain_utf8_size(text + at, size - at);
  return length != 0;
}

#endif
