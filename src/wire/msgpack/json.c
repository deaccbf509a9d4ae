#include "wire/msgpack/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json/text.h"

enum {
  LONGEST_NUMBER = 32,
  NARROW_DIGITS = 8, /* of a float32: enough for most, one more for all */
  WIDE_DIGITS = 15,
  MOST_WIDE_DIGITS = 17,
  PADDING = 64 /* place of "=" among the digits of base64 */
};

/* Values stand behind a comma, but the first of their list and those of keys.
 */
static enum pc_status part(struct pc_bytes *out)
{
  char last = '[';

  if (out->size)
    last = out->data[out->size - 1];
  return strchr("[{:", last) ? PC_OK : pc_bytes_append(out, ",", 1);
}

/* In the locale's words, which are ours but for the decimal point. */
static enum pc_status append_number(struct pc_bytes *out, char *digits)
{
  char *comma = strchr(digits, ',');

  if (comma)
    *comma = '.';
  return pc_bytes_append_text(out, digits);
}

/* The fewest digits that read back as the same number, as far as is cheap. */
static enum pc_status append_narrow(struct pc_bytes *out, float number)
{
  char digits[LONGEST_NUMBER];

  snprintf(digits, sizeof(digits), "%.*g", NARROW_DIGITS, (double)number);
  if (strtof(digits, NULL) != number)
    snprintf(digits, sizeof(digits), "%.*g", NARROW_DIGITS + 1, (double)number);
  return append_number(out, digits);
}

static enum pc_status append_wide(struct pc_bytes *out, double number)
{
  char digits[LONGEST_NUMBER];
  int count = WIDE_DIGITS;

  do
    snprintf(digits, sizeof(digits), "%.*g", count, number);
  while (count++ < MOST_WIDE_DIGITS && strtod(digits, NULL) != number);
  return append_number(out, digits);
}

/* As a key it is text. */
static enum pc_status append_whole(struct pc_bytes *out,
                                   const struct pc_msgpack_scan *scan,
                                   bool is_negative)
{
  const char *quote = scan->is_key ? "\"" : "";
  struct pc_writer writer = {.out = out};

  if (is_negative)
    pc_write_format(&writer, "%s%" PRId64 "%s", quote, (int64_t)scan->whole,
                    quote);
  else
    pc_write_format(&writer, "%s%" PRIu64 "%s", quote, scan->whole, quote);
  return writer.status;
}

static enum pc_status append_base64(struct pc_bytes *out, struct pc_text bytes)
{
  static const char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  const unsigned char *from = (const unsigned char *)bytes.data;
  enum pc_status status = pc_bytes_reserve(out, bytes.size / 3 * 4 + 6);
  char *to = NULL;

  if (status != PC_OK)
    return status;
  to = out->data + out->size;
  *to++ = '"';
  for (size_t left = bytes.size; left; left -= left < 3 ? left : 3, from += 3) {
    uint32_t group = (uint32_t)from[0] << 16 |
                     (left > 1 ? (uint32_t)from[1] << 8 : 0) |
                     (left > 2 ? from[2] : 0);

    *to++ = digits[group >> 18];
    *to++ = digits[group >> 12 & 63];
    *to++ = digits[left > 1 ? group >> 6 & 63 : PADDING];
    *to++ = digits[left > 2 ? group & 63 : PADDING];
  }
  *to++ = '"';
  pc_bytes_set_size(out, (size_t)(to - out->data));
  return PC_OK;
}

static enum pc_status append_value(struct pc_bytes *out,
                                   const struct pc_msgpack_scan *scan,
                                   const char *text,
                                   enum pc_msgpack_token token)
{
  switch (token) {
  case PC_MSGPACK_MAP_BEGIN:
    return pc_bytes_append(out, "{", 1);
  case PC_MSGPACK_ARRAY_BEGIN:
    return pc_bytes_append(out, "[", 1);
  case PC_MSGPACK_STRING:
    return pc_json_text_append(out, text + scan->start, scan->size);
  case PC_MSGPACK_BINARY:
    return append_base64(
        out, (struct pc_text){.data = text + scan->start, .size = scan->size});
  case PC_MSGPACK_WHOLE:
  case PC_MSGPACK_NEGATIVE:
    return append_whole(out, scan, token == PC_MSGPACK_NEGATIVE);
  case PC_MSGPACK_FLOAT32:
    return append_narrow(out, (float)scan->number);
  case PC_MSGPACK_FLOAT64:
    return append_wide(out, scan->number);
  case PC_MSGPACK_TRUE:
    return pc_bytes_append_text(out, "true");
  case PC_MSGPACK_FALSE:
    return pc_bytes_append_text(out, "false");
  case PC_MSGPACK_NIL:
    return pc_bytes_append_text(out, "null");
  case PC_MSGPACK_MORE:
  case PC_MSGPACK_BAD:
  case PC_MSGPACK_END:
  case PC_MSGPACK_MAP_END:
  case PC_MSGPACK_ARRAY_END:
  case PC_MSGPACK_EXTENSION:
    break;
  }
  return PC_PARSE_ERROR;
}

static bool is_float(enum pc_msgpack_token token)
{
  return token == PC_MSGPACK_FLOAT32 || token == PC_MSGPACK_FLOAT64;
}

/* What JSON has no word for, NULL for nothing. */
static const char *find_foreign(const struct pc_msgpack_scan *scan,
                                enum pc_msgpack_token token)
{
  if (token == PC_MSGPACK_EXTENSION)
    return "an extension";
  return is_float(token) && !isfinite(scan->number)
             ? "a number that is not finite"
             : NULL;
}

static enum pc_status append_token(struct pc_bytes *out,
                                   const struct pc_msgpack_scan *scan,
                                   const char *text,
                                   enum pc_msgpack_token token,
                                   struct pc_fault *fault)
{
  const char *foreign = find_foreign(scan, token);
  enum pc_status status = PC_OK;

  if (foreign)
    return pc_fault_set(fault, PC_PARSE_ERROR,
                        "%s, which JSON cannot say, ends at byte %zu", foreign,
                        scan->dropped + scan->at);
  if (token == PC_MSGPACK_MAP_END)
    return pc_bytes_append(out, "}", 1);
  if (token == PC_MSGPACK_ARRAY_END)
    return pc_bytes_append(out, "]", 1);
  status = part(out);
  if (status == PC_OK)
    status = append_value(out, scan, text, token);
  return status == PC_OK && scan->is_key ? pc_bytes_append(out, ":", 1)
                                         : status;
}

enum pc_status pc_msgpack_json_append(struct pc_msgpack_scan *scan,
                                      const char *text,
                                      size_t size,
                                      bool is_last,
                                      struct pc_bytes *out,
                                      struct pc_fault *fault)
{
  enum pc_status status = PC_OK;

  while (status == PC_OK) {
    enum pc_msgpack_token token =
        pc_msgpack_scan_next(scan, text, size, is_last);

    if (token == PC_MSGPACK_BAD)
      return pc_msgpack_scan_explain(scan, fault);
    if (token == PC_MSGPACK_MORE || token == PC_MSGPACK_END)
      return PC_OK;
    status = append_token(out, scan, text, token, fault);
  }
  return status;
}
