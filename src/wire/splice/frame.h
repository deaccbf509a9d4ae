/*
 * frame.h - what stands around the items of a joined answer.
 *
 * The text of the answer that begins at input 0, with the counts of its usage
 * added up over all answers and without a proxy_metadata that an earlier proxy
 * has left. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_FRAME_H
#define PC_WIRE_SPLICE_FRAME_H

#include "base/bytes.h"
#include "base/status.h"
#include "wire/splice/join.h"

/* The functions append to `out`; errors as pc_bytes_reserve. */

/* What stands before the items; nothing when it still is in their text. */
PC_MUST_CHECK enum pc_status
pc_splice_frame_open(const struct pc_splice_join *join, struct pc_bytes *out);

/* What stands behind the items, up to where another member can be added. */
PC_MUST_CHECK enum pc_status
pc_splice_frame_close(const struct pc_splice_join *join, struct pc_bytes *out);

/* The closing brace, and what follows it. */
PC_MUST_CHECK enum pc_status
pc_splice_frame_end(const struct pc_splice_join *join, struct pc_bytes *out);

#endif
