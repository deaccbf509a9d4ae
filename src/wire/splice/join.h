/*
 * join.h - the answers of one call as one body.
 *
 *   embeddings        the answer that begins at input 0, with the other
 *                     answers' items behind its own
 *   rerank, classify  likewise; bare lists become {"data": […], …}
 *   whole             {"data": …, …}
 *   generic           {"responses": [{"index", "response", "duration"}, …], …}
 *
 * with "proxy_metadata" as the last member. All text is the upstream's own but
 * for indexes, which count through, and the counts of "usage", which are added
 * up; one answer alone keeps every byte. Items of a batch stay in the order in
 * which the upstream sent them. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_JOIN_H
#define PC_WIRE_SPLICE_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "base/texts.h"
#include "wire/splice/answer.h"
#include "wire/splice/chunks.h"
#include "wire/splice/form.h"
#include "wire/splice/frame.h"
#include "wire/splice/metadata.h"
#include "wire/splice/usage.h"

struct pc_splice_join {
  struct pc_bytes *chunks; /* the body in order, after finishing; the memory of
                              each may be moved out */
  uint32_t chunk_count;
  /* Private from here on. */
  enum pc_splice_form form;
  bool is_whole;
  struct pc_splice_part *parts;
  uint32_t part_count;
  uint32_t part_capacity;
  struct pc_bytes headers; /* of all parts, as JSON objects */
  struct pc_splice_totals totals;
  struct pc_splice_kept_frame frame;
  struct pc_chunks body;
};

void pc_splice_join_init(struct pc_splice_join *join,
                         enum pc_splice_form form,
                         bool is_whole);

void pc_splice_join_deinit(struct pc_splice_join *join);

/*
 * Adds the answer for inputs first … first+count-1, which `answer` has read to
 * its end without a fault. Takes the memory of `text`, which is what it read;
 * borrows the rest. `head` is the raw HTTP head. Answers come in any order.
 * PC_NO_MEMORY, PC_TOO_LARGE.
 */
PC_MUST_CHECK enum pc_status
pc_splice_join_add(struct pc_splice_join *join,
                   const struct pc_splice_answer *answer,
                   struct pc_bytes *text,
                   struct pc_text head,
                   uint32_t first,
                   uint32_t count,
                   double seconds);

/*
 * Writes the body into chunks; large answers are not copied. Once.
 * PC_INVALID_ARGUMENT when an input between two others has no answer, or two;
 * PC_NO_MEMORY, PC_TOO_LARGE.
 */
PC_MUST_CHECK enum pc_status
pc_splice_join_finish(struct pc_splice_join *join,
                      const struct pc_splice_facts *facts);

#endif
