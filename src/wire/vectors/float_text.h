/*
 * float_text.h - a vector that arrives as JSON numbers.
 *
 * Reads "0.1, -2e-3, …]" into float32 while it arrives, each number rounded to
 * the nearest float. One thread at a time.
 */
#ifndef PC_WIRE_VECTORS_FLOAT_TEXT_H
#define PC_WIRE_VECTORS_FLOAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"
#include "wire/vectors/float_list.h"

struct pc_float_text {
  pc_float_list_fn *read_list; /* NULL: each number is read by itself */
  bool after_value;            /* a comma or the closing bracket comes next */
  bool after_comma;            /* a number must follow */
};

void pc_float_text_init(struct pc_float_text *reader);

/*
 * Reads the elements of an array whose opening bracket has been read, from
 * text[*at] on, appending one float32 each to `out` (4 bytes, host order) and
 * moving *at behind what was read. A number counts as read only once the byte
 * behind it is there. Sets *is_done after the closing bracket; PC_OK without it
 * means that more text is needed.
 * PC_PARSE_ERROR: not a list of JSON numbers (null, NaN, nested arrays, hex,
 * "+1", "01" and "1." are none), or one number is longer than PC_DECIMAL_MAX;
 * *at is on the number or byte that is wrong.
 * PC_TOO_LARGE, PC_NO_MEMORY: `out` is full; *at is on the number without room.
 */
PC_MUST_CHECK enum pc_status pc_float_text_read(struct pc_float_text *reader,
                                                const char *text,
                                                size_t size,
                                                size_t *at,
                                                struct pc_bytes *out,
                                                bool *is_done);

#endif
