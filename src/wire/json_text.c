#include "wire/json_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/word.h"

static uint64_t flag_specials(uint64_t word)
{
  return pc_word_below(word, 0x20) | pc_word_equal(word, '"') |
         pc_word_equal(word, '\\');
}

static bool is_special(char byte)
{
  return (unsigned char)byte < 0x20 || byte == '"' || byte == '\\';
}

/* How many bytes from the start can be copied as they are. */
static size_t plain_size(const char *text, size_t size)
{
  size_t at = 0;

  while (size - at >= PC_WORD_SIZE) {
    uint64_t flags = flag_specials(pc_word_load(text + at));

    if (flags)
      return at + pc_word_first(flags);
    at += PC_WORD_SIZE;
  }
  while (at < size && !is_special(text[at]))
    at++;
  return at;
}

/* The letter behind the backslash, 0 for bytes that have none. */
static char short_escape(char byte)
{
  switch (byte) {
  case '"':
  case '\\':
    return byte;
  case '\b':
    return 'b';
  case '\f':
    return 'f';
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  default:
    return 0;
  }
}

static enum pc_status append_escape(struct pc_bytes *out, char byte)
{
  static const char hex[] = "0123456789abcdef";
  char letter = short_escape(byte);

  if (letter)
    return pc_bytes_append(out, (const char[]){'\\', letter}, 2);
  return pc_bytes_append(
      out, (const char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]},
      6);
}

static enum pc_status
append_quoted(struct pc_bytes *out, const char *text, size_t size)
{
  size_t at = 0;
  enum pc_status status = pc_bytes_append(out, "\"", 1);

  while (status == PC_OK && at < size) {
    size_t run = plain_size(text + at, size - at);

    status = pc_bytes_append(out, text + at, run);
    at += run;
    if (status == PC_OK && at < size)
      status = append_escape(out, text[at++]);
  }
  return status == PC_OK ? pc_bytes_append(out, "\"", 1) : status;
}

enum pc_status
pc_json_text_append(struct pc_bytes *out, const char *text, size_t size)
{
  size_t size_before = out->size;
  enum pc_status status = pc_bytes_reserve(out, size + strlen("\"\""));

  if (status != PC_OK)
    return status;
  status = append_quoted(out, text, size);
  if (status != PC_OK)
    pc_bytes_set_size(out, size_before);
  return status;
}
