/*
 * text.h - text out as JSON: the strings inside request bodies.
 *
 * Escapes exactly what JSON.stringify escapes and nothing else, so bodies are
 * the bytes a JavaScript caller would have sent. Thread: any.
 */
#ifndef PC_WIRE_JSON_TEXT_H
#define PC_WIRE_JSON_TEXT_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"

/*
 * Appends text[0..size) (UTF-8) to `out` as a quoted JSON string. Errors as
 * pc_bytes_reserve.
 */
PC_MUST_CHECK enum pc_status
pc_json_text_append(struct pc_bytes *out, const char *text, size_t size);

#endif
