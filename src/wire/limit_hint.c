#include "wire/limit_hint.h"

#include <string.h>
#include <strings.h>

enum { READ_SIZE = 4096 }; /* a reason stands at the beginning */

static const char *const words[] = {
    "batch",     "token",    "length",  "too long",
    "too large", "too many", "maximum", "exceed",
};

static bool holds(const char *text, size_t size, const char *word)
{
  size_t word_size = strlen(word);

  for (size_t at = 0; at + word_size <= size; at++)
    if (strncasecmp(text + at, word, word_size) == 0)
      return true;
  return false;
}

bool pc_limit_hint(long http_status, const char *body, size_t size)
{
  size_t read = size < READ_SIZE ? size : READ_SIZE;

  if (http_status == 413)
    return true;
  if (http_status != 400 && http_status != 422)
    return false;
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
    if (holds(body, read, words[i]))
      return true;
  return false;
}
