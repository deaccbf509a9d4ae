/*
 * keep.h - what of one answer's text is joined.
 *
 * The first half of splice_join.h, done when an answer comes: its items are cut
 * out, their indexes counted through, and the frame of the answer that begins
 * at input 0 is put aside. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_KEEP_H
#define PC_WIRE_SPLICE_KEEP_H

#include "base/status.h"
#include "wire/splice/answer.h"
#include "wire/splice/join.h"

/* Has that kind of call a list of items, one for each input? */
bool pc_splice_keep_has_items(const struct pc_splice_join *join);

/*
 * Leaves in part->text, the whole body that `answer` has read, only what is
 * joined. PC_NO_MEMORY, PC_TOO_LARGE.
 */
PC_MUST_CHECK enum pc_status
pc_splice_keep(struct pc_splice_join *join,
               struct pc_splice_part *part,
               const struct pc_splice_answer *answer);

#endif
