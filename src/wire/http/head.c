#include "wire/http/head.h"

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

static bool has_name(const char *line, const char *end, const char *name)
{
  size_t size = strlen(name);

  return (size_t)(end - line) > size && line[size] == ':' &&
         strncasecmp(line, name, size) == 0;
}

bool pc_http_head_find(const char *head,
                       size_t size,
                       const char *name,
                       struct pc_text *out)
{
  const char *end = head + size;
  const char *line = head;

  while (line < end) {
    const char *feed = memchr(line, '\n', (size_t)(end - line));
    const char *line_end = feed ? feed : end;

    if (has_name(line, line_end, name)) {
      *out = trimmed(line + strlen(name) + 1, line_end);
      return true;
    }
    line = feed ? feed + 1 : end;
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
