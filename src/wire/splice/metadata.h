/*
 * metadata.h - what the proxy tells about a call beside its answer.
 *
 *   "proxy_metadata":{…the caller's members…,"total_time":1.234,
 *     "batch_count":2,"response_headers":[{…},{…}],
 *     "individual_request_times":[0.1,0.2]}
 *
 * One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_METADATA_H
#define PC_WIRE_SPLICE_METADATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/texts.h"
#include "wire/splice/form.h"

struct pc_splice_facts {
  struct pc_text metadata; /* a JSON object's text without its closing brace,
                              with at least one member */
  double total_seconds;
  bool is_bare; /* rerank, classify: the list alone */
};

/* One batch and the answer to it. */
struct pc_splice_part {
  uint32_t first; /* input that it begins with */
  uint32_t count; /* inputs */
  double seconds;
  struct pc_bytes text;          /* what of the answer is joined */
  struct pc_splice_span headers; /* a JSON object, in memory of the owner */
};

/*
 * Writes the member for parts in order, whose headers are in `headers`.
 * `has_responses` adds "response_count".
 */
void pc_splice_metadata_write(struct pc_writer *writer,
                              const struct pc_splice_facts *facts,
                              const struct pc_splice_part *parts,
                              uint32_t part_count,
                              const char *headers,
                              bool has_responses);

/*
 * Writes seconds with at most six digits behind the point, whatever the
 * locale; 0 for what is negative or not a number.
 */
void pc_splice_seconds_write(struct pc_writer *writer, double seconds);

#endif
