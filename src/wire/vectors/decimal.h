/*
 * decimal.h - one JSON number as the float32, or the double, nearest to it.
 *
 * The same bits as strtof and strtod give on every number, whatever the locale.
 * Most numbers take paths that are exact by construction; those with more than
 * 19 digits or a large exponent go through strtof and strtod themselves.
 * Thread: any.
 */
#ifndef PC_WIRE_VECTORS_DECIMAL_H
#define PC_WIRE_VECTORS_DECIMAL_H

#include "base/status.h"

#define PC_DECIMAL_MAX 4096 /* bytes of one number; longer ones are refused */

/*
 * Reads the longest JSON number that starts at `at`. *behind is the byte behind
 * it, or NULL when the number may go on at `end`.
 * PC_PARSE_ERROR when no number starts there, PC_NO_MEMORY.
 */
PC_MUST_CHECK enum pc_status pc_decimal_read(const char *at,
                                             const char *end,
                                             float *value,
                                             const char **behind);

/* The same for doubles. Numbers too large for one become infinite. */
PC_MUST_CHECK enum pc_status pc_decimal_read_double(const char *at,
                                                    const char *end,
                                                    double *value,
                                                    const char **behind);

#endif
