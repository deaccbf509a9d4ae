/*
 * keep.h - what of one answer's text is joined.
 *
 * The first half of join.h, done when an answer comes. `text` is the whole body
 * that `answer` has read. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_KEEP_H
#define PC_WIRE_SPLICE_KEEP_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "wire/splice/answer.h"

/* Leaves the one value, "null" for none. Errors as pc_bytes_reserve. */
PC_MUST_CHECK enum pc_status
pc_splice_keep_value(struct pc_bytes *text,
                     const struct pc_splice_answer *answer);

/*
 * Leaves the items, with indexes that go on from `first`. Errors as
 * pc_bytes_reserve.
 */
PC_MUST_CHECK enum pc_status
pc_splice_keep_items(struct pc_bytes *text,
                     const struct pc_splice_answer *answer,
                     uint32_t first);

#endif
