/*
 * head.h - looking a header up in the raw head of an answer.
 *
 * The head is what came over the wire: a status line and header lines, each
 * ending in CR LF or LF, and an empty line. Thread: any.
 */
#ifndef PC_WIRE_HTTP_HEAD_H
#define PC_WIRE_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/texts.h"

/*
 * Finds the first header `name` (compared without case) in head[0..size) and
 * lends its value in *out, without the blanks around it.
 */
bool pc_http_head_find(const char *head,
                       size_t size,
                       const char *name,
                       struct pc_text *out);

/*
 * Reads a value that is a plain decimal number, fractions allowed ("1.5"),
 * as `factor` times that number, at most `most`. False for anything else.
 */
bool pc_http_head_number(struct pc_text value,
                         double factor,
                         uint64_t most,
                         uint64_t *out);

#endif
