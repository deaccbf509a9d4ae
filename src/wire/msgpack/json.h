/*
 * json.h - MessagePack as JSON text, for readers that know JSON alone.
 *
 * Integers keep all their digits and floats read back as the same number.
 * Bytes become a base64 string, keys that are whole numbers their digits. What
 * JSON cannot say, a number that is not finite or an extension, is refused.
 * Thread: any.
 */
#ifndef PC_WIRE_MSGPACK_JSON_H
#define PC_WIRE_MSGPACK_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "wire/msgpack/scan.h"

/*
 * Appends the tokens that are whole in text[0..size), from scan->at on, to
 * `out`, which holds what the same scan gave before and nothing else. `is_last`
 * as for pc_msgpack_scan_next: PC_OK then means that the value is complete.
 * PC_PARSE_ERROR fills `fault`. PC_TOO_LARGE, PC_NO_MEMORY: `out` is full.
 */
PC_MUST_CHECK enum pc_status
pc_msgpack_json_append(struct pc_msgpack_scan *scan,
                       const char *text,
                       size_t size,
                       bool is_last,
                       struct pc_bytes *out,
                       struct pc_fault *fault);

#endif
