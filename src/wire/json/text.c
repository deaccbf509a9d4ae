#include "wire/json/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/word.h"

enum { LONGEST_ESCAPE = 6 }; /* \uXXXX */

static uint64_t flag_specials(uint64_t word)
{
  return pc_word_below(word, 0x20) | pc_word_equal(word, '"') |
         pc_word_equal(word, '\\');
}

static bool is_special(char byte)
{
  return (unsigned char)byte < 0x20 || byte == '"' || byte == '\\';
}

/* Writes the escape and answers its size. */
static size_t write_escape(char byte, char escape[LONGEST_ESCAPE])
{
  static const char hex[] = "0123456789abcdef";
  static const char bytes[] = "\"\\\b\f\n\r\t";
  static const char letters[] = "\"\\bfnrt";
  const char *found = byte ? strchr(bytes, byte) : NULL;

  if (found) {
    memcpy(escape, (const char[]){'\\', letters[found - bytes]}, 2);
    return 2;
  }
  memcpy(escape,
         (const char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]},
         LONGEST_ESCAPE);
  return LONGEST_ESCAPE;
}

/*
 * Copies up to the first byte that needs an escape and answers how many. `to`
 * has room for all. A word is stored before it is looked at: what is too much
 * of it is written over.
 */
static size_t copy_plain(char *to, const char *text, size_t size)
{
  size_t at = 0;

  while (size - at >= PC_WORD_SIZE) {
    uint64_t flags = flag_specials(pc_word_load(text + at));

    memcpy(to + at, text + at, PC_WORD_SIZE);
    if (flags)
      return at + pc_word_first(flags);
    at += PC_WORD_SIZE;
  }
  while (at < size && !is_special(text[at])) {
    to[at] = text[at];
    at++;
  }
  return at;
}

/* `out` has room for the text as it is and a quote; escapes make their own. */
static enum pc_status
append_text(struct pc_bytes *out, const char *text, size_t size)
{
  for (;;) {
    char escape[LONGEST_ESCAPE];
    size_t run = copy_plain(out->data + out->size, text, size);
    size_t escape_size = 0;
    enum pc_status status = PC_OK;

    pc_bytes_set_size(out, out->size + run);
    if (run == size)
      return PC_OK;
    escape_size = write_escape(text[run], escape);
    text += run + 1;
    size -= run + 1;
    status = pc_bytes_reserve(out, escape_size + size + strlen("\""));
    if (status != PC_OK)
      return status;
    memcpy(out->data + out->size, escape, escape_size);
    out->size += escape_size;
  }
}

enum pc_status
pc_json_text_append(struct pc_bytes *out, const char *text, size_t size)
{
  size_t size_before = out->size;
  enum pc_status status = pc_bytes_reserve(out, size + strlen("\"\""));

  if (status != PC_OK)
    return status;
  out->data[out->size++] = '"';
  status = append_text(out, text, size);
  if (status != PC_OK) {
    pc_bytes_set_size(out, size_before);
    return status;
  }
  return pc_bytes_append(out, "\"", 1);
}
