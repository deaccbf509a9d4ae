/*
 * chars.h - slices of text, and the kinds of bytes that grammars know.
 *
 * Whatever the locale says. Thread: any.
 */
#ifndef PC_BASE_CHARS_H
#define PC_BASE_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pc_text {
  const char *data; /* lent, not NUL-terminated */
  size_t size;
};

static inline bool pc_is_digit(char byte)
{
  return byte >= '0' && byte <= '9';
}

static inline bool pc_is_hex(char byte)
{
  char lower = (char)(byte | 0x20);

  return pc_is_digit(byte) || (lower >= 'a' && lower <= 'f');
}

/* The value of a byte that pc_is_hex. */
static inline uint32_t pc_hex_value(char digit)
{
  return pc_is_digit(digit) ? (uint32_t)(digit - '0')
                            : (uint32_t)((digit | 0x20) - 'a') + 10;
}

/* The blanks of JSON, which are those of HTTP and its line ends. */
static inline bool pc_is_blank(char byte)
{
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* A byte of a name in HTTP (RFC 9110, 5.6.2): the rest has another meaning. */
static inline bool pc_is_token(char byte)
{
  static const uint64_t members[4] = {
      UINT64_C(0x03ff6cfa00000000), /* !#$%&'*+-. and digits */
      UINT64_C(0x57ffffffc7fffffe)  /* letters and ^_`|~ */
  };
  unsigned char place = (unsigned char)byte;

  return members[place / 64] >> place % 64 & 1;
}

/* A byte that no line of HTTP may hold: all controls but the tab. */
static inline bool pc_is_control(char byte)
{
  unsigned char place = (unsigned char)byte;

  return (place < 0x20 && place != '\t') || place == 0x7f;
}

static inline struct pc_text pc_text_of(const char *text)
{
  return (struct pc_text){.data = text, .size = strlen(text)};
}

/* Takes `size` bytes off the front. */
static inline void pc_text_drop(struct pc_text *text, size_t size)
{
  text->data += size;
  text->size -= size;
}

/* The text up to the first `end`, or all of it. */
static inline struct pc_text pc_text_before(struct pc_text text, char end)
{
  const char *found = text.size ? memchr(text.data, end, text.size) : NULL;

  if (found)
    text.size = (size_t)(found - text.data);
  return text;
}

/* Takes a line off the front; what is lent has no line feed. */
static inline struct pc_text pc_text_take_line(struct pc_text *text)
{
  struct pc_text line = pc_text_before(*text, '\n');

  pc_text_drop(text, line.size + (line.size < text->size));
  return line;
}

/* The text without the blanks around it. */
static inline struct pc_text pc_text_trim(struct pc_text text)
{
  while (text.size && pc_is_blank(text.data[0]))
    pc_text_drop(&text, 1);
  while (text.size && pc_is_blank(text.data[text.size - 1]))
    text.size--;
  return text;
}

/* Takes an element off the front of a list that commas part, trimmed. */
static inline struct pc_text pc_text_take_element(struct pc_text *list)
{
  struct pc_text element = pc_text_before(*list, ',');

  pc_text_drop(list, element.size + (element.size < list->size));
  return pc_text_trim(element);
}

/*
 * Reads plain digits, and nothing else, as a whole number; what does not fit
 * becomes UINT64_MAX. False leaves *out as it was.
 */
static inline bool pc_text_read_whole(struct pc_text digits, uint64_t *out)
{
  uint64_t value = 0;

  for (size_t i = 0; i < digits.size; i++) {
    unsigned digit = (unsigned)digits.data[i] - '0';

    if (digit > 9)
      return false;
    value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
  }
  *out = value;
  return true;
}

#endif
