/*
 * answer.h - one upstream answer, read while it arrives: it is checked,
 * and where things stand in its text is remembered.
 *
 *   embeddings        {"data": [{"index": 0, …}, …], "usage": {…}, …}
 *   rerank            [{"index": 0, …}, …], also as "data" or "results" of an
 *                     object
 *   classify          [[…], …], likewise
 *   generic, whole    any one JSON value; a generic body may be empty
 *
 * Every number list is only passed over, so its text is what the caller gets.
 * A list is whole when it has an item for every input, and every index came
 * once. Member names count with their escapes unfolded, and none of those that
 * are looked at may come twice. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_ANSWER_H
#define PC_WIRE_SPLICE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "wire/splice/token.h"

void pc_splice_answer_init(struct pc_splice_answer *answer);

void pc_splice_answer_deinit(struct pc_splice_answer *answer);

/*
 * Prepares to read an answer for `count` inputs (at least 1). Forgets the
 * answer before and reuses its memory.
 */
PC_MUST_CHECK enum pc_status
pc_splice_answer_expect(struct pc_splice_answer *answer,
                        enum pc_splice_form form,
                        uint32_t count,
                        bool is_whole);

/*
 * Reads what is new in text[0..size), the whole body as far as it is here; it
 * may move between calls. `is_last` says that it is complete. PC_PARSE_ERROR
 * sets `fault` and is repeated by later calls.
 */
PC_MUST_CHECK enum pc_status
pc_splice_answer_read(struct pc_splice_answer *answer,
                      const char *text,
                      size_t size,
                      bool is_last);

#endif
