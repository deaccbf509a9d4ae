/*
 * header_json.h - the raw head of an answer as a JSON object.
 *
 * Names in lower case and in alphabetical order, repeated ones joined by ", ",
 * bytes above 0x7f as the Latin-1 they are. What belongs to one connection or
 * is a secret between two parties is left out. Thread: any.
 */
#ifndef PC_WIRE_SPLICE_HEADER_JSON_H
#define PC_WIRE_SPLICE_HEADER_JSON_H

#include "base/bytes.h"
#include "base/status.h"
#include "base/texts.h"

/*
 * Appends the object. Lines that are no header are skipped. Errors as
 * pc_bytes_reserve; `out` may then have a part of it.
 */
PC_MUST_CHECK enum pc_status pc_header_json_append(struct pc_bytes *out,
                                                   struct pc_text head);

#endif
