/*
 * base64.h - a vector that arrives as base64 of its bytes.
 *
 * RFC 4648 section 4 alphabet, padding required, no line breaks. Embedding
 * endpoints send little-endian float32. Thread: any.
 */
#ifndef PC_WIRE_VECTORS_BASE64_H
#define PC_WIRE_VECTORS_BASE64_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"

/*
 * Appends the decoded bytes of text[0..size) to `out`. PC_PARSE_ERROR when the
 * text is not canonical base64 (length, alphabet, padding, unused bits), with
 * `out` unchanged; PC_TOO_LARGE, PC_NO_MEMORY when it does not fit.
 */
PC_MUST_CHECK enum pc_status
pc_base64_decode(const char *text, size_t size, struct pc_bytes *out);

#endif
