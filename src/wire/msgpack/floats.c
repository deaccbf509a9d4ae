#include "wire/msgpack/floats.h"

#include <stdint.h>
#include <string.h>

enum {
  RUN = 256, /* numbers that are appended at a time */
  FLOAT32_LEAD = 0xca,
  FLOAT32_SIZE = 5,
  FLOAT64_LEAD = 0xcb,
  FLOAT64_SIZE = 9
};

static float narrow_of(const char *bytes)
{
  uint32_t bits = 0;
  float value = 0;

  memcpy(&bits, bytes, sizeof(bits));
  if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
    bits = __builtin_bswap32(bits);
  memcpy(&value, &bits, sizeof(value));
  return value;
}

static double wide_of(const char *bytes)
{
  uint64_t bits = 0;
  double value = 0;

  memcpy(&bits, bytes, sizeof(bits));
  if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
    bits = __builtin_bswap64(bits);
  memcpy(&value, &bits, sizeof(value));
  return value;
}

/* The numbers of one kind that stand side by side, at most `most`. */
static size_t read_alike(
    const char *text, size_t size, size_t *at, size_t most, float values[RUN])
{
  size_t count = 0;

  while (count < most && size - *at >= FLOAT32_SIZE &&
         (unsigned char)text[*at] == FLOAT32_LEAD) {
    values[count++] = narrow_of(text + *at + 1);
    *at += FLOAT32_SIZE;
  }
  while (count < most && size - *at >= FLOAT64_SIZE &&
         (unsigned char)text[*at] == FLOAT64_LEAD) {
    values[count++] = (float)wide_of(text + *at + 1);
    *at += FLOAT64_SIZE;
  }
  return count;
}

static enum pc_status append_alike(struct pc_msgpack_scan *scan,
                                   const char *text,
                                   size_t size,
                                   struct pc_bytes *out)
{
  uint64_t *left = &scan->left[scan->depth - 1];
  float values[RUN];
  size_t count = 0;
  enum pc_status status = PC_OK;

  do {
    size_t most = *left < RUN ? (size_t)*left : RUN;

    count = read_alike(text, size, &scan->at, most, values);
    status = pc_bytes_append(out, values, count * sizeof(*values));
    *left -= count;
  } while (status == PC_OK && count);
  return status;
}

static enum pc_status append_one(struct pc_msgpack_scan *scan,
                                 enum pc_msgpack_token token,
                                 struct pc_bytes *out)
{
  float value = 0;

  if (token == PC_MSGPACK_WHOLE)
    value = (float)scan->whole;
  else if (token == PC_MSGPACK_NEGATIVE)
    value = (float)(int64_t)scan->whole;
  else if (token == PC_MSGPACK_FLOAT32 || token == PC_MSGPACK_FLOAT64)
    value = (float)scan->number;
  else
    return PC_PARSE_ERROR;
  return pc_bytes_append(out, &value, sizeof(value));
}

enum pc_status pc_msgpack_floats_read(struct pc_msgpack_scan *scan,
                                      const char *text,
                                      size_t size,
                                      struct pc_bytes *out,
                                      bool *is_done)
{
  enum pc_msgpack_token token = PC_MSGPACK_MORE;
  enum pc_status status = PC_OK;

  *is_done = false;
  while (status == PC_OK) {
    size_t at = 0;

    status = append_alike(scan, text, size, out);
    at = scan->at;
    if (status != PC_OK)
      return status;
    token = pc_msgpack_scan_next(scan, text, size, false);
    *is_done = token == PC_MSGPACK_ARRAY_END;
    if (*is_done || token == PC_MSGPACK_MORE)
      return PC_OK;
    status = append_one(scan, token, out);
    if (status != PC_OK)
      scan->at = at;
  }
  return status;
}
