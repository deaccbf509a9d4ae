#include "wire/http/head.h"

#include <string.h>
#include <strings.h>

static bool has_name(struct pc_text line, const char *name, size_t size)
{
  return line.size > size && line.data[size] == ':' &&
         strncasecmp(line.data, name, size) == 0;
}

bool pc_http_head_find(const char *head,
                       size_t size,
                       const char *name,
                       struct pc_text *out)
{
  struct pc_text rest = {.data = head, .size = size};
  size_t name_size = strlen(name);

  while (rest.size) {
    struct pc_text line = pc_text_take_line(&rest);

    if (!has_name(line, name, name_size))
      continue;
    pc_text_drop(&line, name_size + 1);
    *out = pc_text_trim(line);
    return true;
  }
  return false;
}

bool pc_http_head_number(struct pc_text value,
                         double factor,
                         uint64_t most,
                         uint64_t *out)
{
  double number = 0;
  double place = 1;
  size_t at = 0;

  if (!value.size || !pc_is_digit(value.data[0]))
    return false;
  for (; at < value.size && pc_is_digit(value.data[at]); at++)
    number = number * 10 + (value.data[at] - '0');
  if (at < value.size && value.data[at] == '.')
    for (at++; at < value.size && pc_is_digit(value.data[at]); at++) {
      place /= 10;
      number += place * (value.data[at] - '0');
    }
  if (at != value.size)
    return false;
  *out = number * factor < (double)most ? (uint64_t)(number * factor) : most;
  return true;
}
