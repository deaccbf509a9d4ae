/*
 * float_list.h - JSON numbers with commas between them, many at once.
 *
 * Where one number is read after the other, each waits until the end of the one
 * before is known. Here the commas of two KiB are looked for first, and then
 * every number is read on its own: twice as fast. Thread: any.
 */
#ifndef PC_WIRE_VECTORS_FLOAT_LIST_H
#define PC_WIRE_VECTORS_FLOAT_LIST_H

#include <stddef.h>

/*
 * Reads the elements of an array from *at on, where one begins, as long as they
 * are good and have their ',' or ']' within text that ends at `end`; writes one
 * float32 each to `values` (4 bytes, host order, any alignment), `room` at
 * most. Answers how many, with *at on what is behind the last: that ',' or ']',
 * or a blank in front of it. What stops it early is left to others to judge,
 * and it may leave any element to them. *end must be readable.
 */
typedef size_t
pc_float_list_fn(const char **at, const char *end, char *values, size_t room);

/* What this processor can do for lists, NULL when it is nothing. */
pc_float_list_fn *pc_float_list_best(void);

#endif
