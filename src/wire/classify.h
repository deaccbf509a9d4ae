/*
 * classify.h - the answer of a classification endpoint.
 *
 * Read with cJSON: one list of {"label", "score"} per input, in input order,
 * bare or as "data" or "results" of an object. Written as one JSON array of
 * arrays of {"label":"…","score":x}. Thread: any.
 */
#ifndef PC_WIRE_CLASSIFY_H
#define PC_WIRE_CLASSIFY_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"

/*
 * Checks body[0..size) as the answer for `count` inputs and appends the array
 * to `out`, which stays as it was on failure. PC_PARSE_ERROR fills `fault`.
 */
PC_MUST_CHECK enum pc_status pc_classify_read(const char *body,
                                              size_t size,
                                              uint32_t count,
                                              struct pc_bytes *out,
                                              struct pc_fault *fault);

#endif
