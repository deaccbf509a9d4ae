#include "wire/vectors/packed_vector.h"

#include <stdint.h>
#include <string.h>

#include "base/chars.h"
#include "wire/vectors/base64.h"

enum { UNIT_SIZE = 6 /* \u002b */ };

/*
 * Appends the text without the escapes that some writers of JSON put into
 * base64: \/ and \u00XX. Any other stays, and its backslash is not base64.
 */
static enum pc_status
unfold(const char *text, size_t size, struct pc_bytes *plain)
{
  enum pc_status status = pc_bytes_reserve(plain, size);
  char *to = plain->data;
  size_t from = 0;

  if (status != PC_OK)
    return status;
  while (from < size) {
    const char *escape = text + from;

    if (size - from >= UNIT_SIZE && memcmp(escape, "\\u00", 4) == 0) {
      *to++ = (char)(pc_hex_value(escape[4]) << 4 | pc_hex_value(escape[5]));
      from += UNIT_SIZE;
      continue;
    }
    if (escape[0] == '\\' && size - from >= 2 && escape[1] == '/')
      from++;
    *to++ = text[from++];
  }
  pc_bytes_set_size(plain, (size_t)(to - plain->data));
  return PC_OK;
}

static enum pc_status
decode(const char *text, size_t size, struct pc_bytes *out)
{
  struct pc_bytes plain;
  enum pc_status status = PC_OK;

  if (!memchr(text, '\\', size))
    return pc_base64_decode(text, size, out);
  pc_bytes_init(&plain, size);
  status = unfold(text, size, &plain);
  if (status == PC_OK)
    status = pc_base64_decode(plain.data, plain.size, out);
  pc_bytes_deinit(&plain);
  return status;
}

static void to_host_order(char *values, size_t size)
{
  if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
    return;
  for (size_t i = 0; i < size; i += sizeof(uint32_t)) {
    uint32_t bits = 0;

    memcpy(&bits, values + i, sizeof(bits));
    bits = __builtin_bswap32(bits);
    memcpy(values + i, &bits, sizeof(bits));
  }
}

/* What is behind the first `size_before` bytes was appended just now. */
static enum pc_status
check_values(struct pc_bytes *out, size_t size_before, const char **reason)
{
  size_t size = out->size - size_before;

  if (size % sizeof(float) != 0) {
    *reason = "an embedding whose size is not a multiple of 4 bytes";
    return PC_PARSE_ERROR;
  }
  if (size)
    to_host_order(out->data + size_before, size);
  return PC_OK;
}

enum pc_status pc_packed_vector_read(const char *text,
                                     size_t size,
                                     bool is_opaque,
                                     struct pc_bytes *out,
                                     const char **reason)
{
  size_t size_before = out->size;
  enum pc_status status = decode(text, size, out);

  if (status == PC_PARSE_ERROR)
    *reason = "an embedding that is not base64";
  return status != PC_OK || is_opaque ? status
                                      : check_values(out, size_before, reason);
}

enum pc_status pc_packed_vector_append(struct pc_text bytes,
                                       bool is_opaque,
                                       struct pc_bytes *out,
                                       const char **reason)
{
  size_t size_before = out->size;
  enum pc_status status = pc_bytes_append(out, bytes.data, bytes.size);

  return status != PC_OK || is_opaque ? status
                                      : check_values(out, size_before, reason);
}
