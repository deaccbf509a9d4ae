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

/* Reads nothing when the number may go on behind `end`. */
static enum pc_status read_number(struct pc_float_text *reader,
                                  const char **at,
                                  const char *end,
                                  struct pc_bytes *out)
{
  const char *behind = NULL;
  float value = 0;
  enum pc_status status = pc_decimal_read(*at, end, &value, &behind);

  if (status != PC_OK || !behind)
    return status;
  status = append_float(out, value);
  if (status != PC_OK)
    return status;
  reader->after_value = true;
  reader->after_comma = false;
  *at = behind;
  return PC_OK;
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
    while (pc_is_blank(**at))
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
      status = read_number(reader, at, end, out);
      if (!reader->after_value)
        return status;
    }
  }
  return status;
}

void pc_float_text_init(struct pc_float_text *reader)
{
  *reader = (struct pc_float_text){0};
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
