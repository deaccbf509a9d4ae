/*
 * splicing.h - the part of a call that is its caller's own text.
 *
 * The inputs are cut out of the body that the caller handed over, and the
 * answers joined into one, both without reading more of the text than it takes
 * to find the places. Thread: engine, but for init and deinit.
 */
#ifndef PC_ENGINE_SPLICING_H
#define PC_ENGINE_SPLICING_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "engine/plan.h"
#include "wire/splice/join.h"
#include "wire/splice/request.h"

struct pc_splicing {
  struct pc_splice_request request;
  struct pc_splice_join join;
  struct pc_bytes head; /* raw, of the answer that begins at input 0 */
  uint64_t submitted_ns;
  uint64_t sent_ns;        /* when the inputs were known */
  double upstream_seconds; /* from then to the last answer */
};

void pc_splicing_init(struct pc_splicing *splicing);

void pc_splicing_deinit(struct pc_splicing *splicing);

/*
 * Cuts the inputs of `plan` out of its body: from here on it is as if the call
 * had been submitted with them. PC_BAD_BODY fills `fault`; see
 * wire/splice/request.h for the other refusals.
 */
PC_MUST_CHECK enum pc_status pc_splicing_start(struct pc_splicing *splicing,
                                               struct pc_job_plan *plan,
                                               struct pc_fault *fault);

/* All inputs have their answer: makes the body for the caller. */
PC_MUST_CHECK enum pc_status pc_splicing_finish(struct pc_splicing *splicing,
                                                const struct pc_job_plan *plan);

#endif
