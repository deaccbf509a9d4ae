/*
 * floats.h - a vector that arrives as a MessagePack array of numbers.
 *
 * float32, float64 and whole numbers, each rounded to the nearest float32.
 * One thread at a time.
 */
#ifndef PC_WIRE_MSGPACK_FLOATS_H
#define PC_WIRE_MSGPACK_FLOATS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"
#include "wire/msgpack/scan.h"

/*
 * Reads on in the array that is open innermost, appending one float32 each to
 * `out` (host order). Sets *is_done behind its end; PC_OK without it means that
 * more text is needed. PC_PARSE_ERROR: an element is no number, and scan->at is
 * on it. PC_TOO_LARGE, PC_NO_MEMORY: `out` is full.
 */
PC_MUST_CHECK enum pc_status
pc_msgpack_floats_read(struct pc_msgpack_scan *scan,
                       const char *text,
                       size_t size,
                       struct pc_bytes *out,
                       bool *is_done);

#endif
