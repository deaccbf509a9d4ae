#include "wire/vectors/float_text.h"

#include <string.h>

#include "base/chars.h"
#include "wire/vectors/decimal.h"

static enum pc_status append_float(struct pc_bytes *out, float value)
{
  if (out->capacity - out->size < sizeof(value)) {
    enum pc_status status = pc_bytes_reserve(out, sizeof(value));

    if (status != PC_OK)
      return status;
  }
  memcpy(out->data + out->size, &value, sizeof(value));
  out->size += sizeof(value);
  return PC_OK;
}

/* As many numbers as come quickly and have room already. */
static size_t read_list(const struct pc_float_text *reader,
                        const char **at,
                        const char *end,
                        struct pc_bytes *out)
{
  size_t room = (out->capacity - out->size) / sizeof(float);
  size_t count = 0;

  if (!reader->read_list || !room)
    return 0;
  count = reader->read_list(at, end, out->data + out->size, room);
  out->size += count * sizeof(float);
  return count;
}

/* Reads nothing when the number may go on behind `end`. */
static enum pc_status
read_number(const char **at, const char *end, struct pc_bytes *out)
{
  const char *behind = NULL;
  float value = 0;
  enum pc_status status = pc_decimal_read(*at, end, &value, &behind);

  if (status != PC_OK || !behind)
    return status;
  status = append_float(out, value);
  if (status == PC_OK)
    *at = behind;
  return status;
}

/* Where no list is read, the first number decides what becomes of it. */
static enum pc_status read_numbers(struct pc_float_text *reader,
                                   const char **at,
                                   const char *end,
                                   struct pc_bytes *out)
{
  const char *start = *at;
  enum pc_status status = PC_OK;

  if (!read_list(reader, at, end, out))
    status = read_number(at, end, out);
  if (*at != start) {
    reader->after_value = true;
    reader->after_comma = false;
  }
  return status;
}

/* What stands behind blanks and a comma. */
enum element {
  ELEMENT_MISSING, /* nothing yet */
  ELEMENT_NUMBER,  /* the first byte of one, or of something bad */
  ELEMENT_BRACKET, /* read */
  ELEMENT_BAD
};

static enum element
next_element(struct pc_float_text *reader, const char **at, const char *end)
{
  for (;;) {
    while (*at != end && pc_is_blank(**at))
      ++*at;
    if (*at == end)
      return ELEMENT_MISSING;
    if (**at == ']' && !reader->after_comma) {
      ++*at;
      return ELEMENT_BRACKET;
    }
    if (!reader->after_value)
      return ELEMENT_NUMBER;
    if (**at != ',')
      return ELEMENT_BAD;
    ++*at;
    reader->after_value = false;
    reader->after_comma = true;
  }
}

static enum pc_status read_elements(struct pc_float_text *reader,
                                    const char **at,
                                    const char *end,
                                    struct pc_bytes *out,
                                    bool *is_done)
{
  enum pc_status status = PC_OK;

  while (status == PC_OK) {
    switch (next_element(reader, at, end)) {
    case ELEMENT_MISSING:
      return PC_OK;
    case ELEMENT_BRACKET:
      *is_done = true;
      return PC_OK;
    case ELEMENT_BAD:
      return PC_PARSE_ERROR;
    case ELEMENT_NUMBER:
      status = read_numbers(reader, at, end, out);
      if (!reader->after_value)
        return status;
    }
  }
  return status;
}

void pc_float_text_init(struct pc_float_text *reader)
{
  *reader = (struct pc_float_text){.read_list = pc_float_list_best()};
}

enum pc_status pc_float_text_read(struct pc_float_text *reader,
                                  const char *text,
                                  size_t size,
                                  size_t *at,
                                  struct pc_bytes *out,
                                  bool *is_done)
{
  const char *place = text + *at;
  enum pc_status status = PC_OK;

  *is_done = false;
  status = read_elements(reader, &place, text + size, out, is_done);
  *at = (size_t)(place - text);
  if (out->data)
    pc_bytes_set_size(out, out->size);
  return status;
}
