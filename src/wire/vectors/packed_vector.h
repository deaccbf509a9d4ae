/*
 * packed_vector.h - a vector that arrives as bytes, or as a JSON string of
 * base64.
 *
 * Holds little-endian float32 values, or, when it is opaque, any bytes.
 * Thread: any.
 */
#ifndef PC_WIRE_VECTORS_PACKED_VECTOR_H
#define PC_WIRE_VECTORS_PACKED_VECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"

/*
 * Appends what text[0..size), a checked JSON string without its quotes, holds
 * to `out`: float32 in host order, opaque bytes as they came. PC_PARSE_ERROR
 * puts a literal into *reason that goes on "the item has …"; `out` is then of
 * no use. PC_TOO_LARGE, PC_NO_MEMORY.
 */
PC_MUST_CHECK enum pc_status pc_packed_vector_read(const char *text,
                                                   size_t size,
                                                   bool is_opaque,
                                                   struct pc_bytes *out,
                                                   const char **reason);

/* The same for the bytes themselves, which it borrows. */
PC_MUST_CHECK enum pc_status pc_packed_vector_append(struct pc_text bytes,
                                                     bool is_opaque,
                                                     struct pc_bytes *out,
                                                     const char **reason);

#endif
