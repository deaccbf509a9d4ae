#include "wire/http_head.h"

#include <string.h>
#include <strings.h>

static bool is_blank(char byte)
{
  return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct pc_text trimmed(const char *start, const char *end)
{
  while (start < end && is_blank(*start))
    start++;
  while (end > start && is_blank(end[-1]))
    end--;
  return (struct pc_text){.data = start, .size = (size_t)(end - start)};
}

bool pc_http_head_find(const char *head,
                       size_t size,
                       const char *name,
                       struct pc_text *out)
{
  size_t name_size = strlen(name);
  const char *end = head + size;

  for (const char *line = head; line < end;) {
    const char *line_end = memchr(line, '\n', (size_t)(end - line));
    size_t line_size = (size_t)((line_end ? line_end : end) - line);

    if (line_size > name_size && line[name_size] == ':' &&
        strncasecmp(line, name, name_size) == 0) {
      *out = trimmed(line + name_size + 1, line + line_size);
      return true;
    }
    line += line_size + 1;
  }
  return false;
}

static bool is_digit(char byte)
{
  return byte >= '0' && byte <= '9';
}

bool pc_http_head_number(struct pc_text value,
                         double factor,
                         uint64_t most,
                         uint64_t *out)
{
  double number = 0;
  double place = 1;
  size_t at = 0;

  if (!value.size || !is_digit(value.data[0]))
    return false;
  for (; at < value.size && is_digit(value.data[at]); at++)
    number = number * 10 + (value.data[at] - '0');
  if (at < value.size && value.data[at] == '.')
    for (at++; at < value.size && is_digit(value.data[at]); at++) {
      place /= 10;
      number += place * (value.data[at] - '0');
    }
  if (at != value.size)
    return false;
  *out = number * factor < (double)most ? (uint64_t)(number * factor) : most;
  return true;
}
