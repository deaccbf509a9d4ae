/*
 * requests.h - what the requests of one job share. Thread: engine.
 */
#ifndef PC_ENGINE_REQUESTS_H
#define PC_ENGINE_REQUESTS_H

#include <stdint.h>

#include "base/queue.h"
#include "base/status.h"
#include "engine/context.h"
#include "engine/plan.h"
#include "policy/halving.h"
#include "policy/retry.h"

struct pc_job;
struct pc_routes;
struct pc_outcome;
struct pc_result;

/*
 * What the job of a request hears. With an outcome, which it takes: that batch
 * has succeeded or, when outcome->failure is set, failed for good. With a
 * status other than PC_OK: the job cannot go on. With neither: a request is
 * READY. The job may end all its requests in this call.
 */
typedef void pc_request_changed_fn(struct pc_job *job,
                                   enum pc_status status,
                                   struct pc_outcome *outcome);

/* How far a job is. Written by the engine's thread, read by any. */
struct pc_progress {
  pc_counter batches; /* grows when batches are split */
  pc_counter completed_batches;
  pc_counter completed_inputs;
  pc_counter retries;
  pc_counter hedges;
  pc_counter received_bytes; /* of answers, decompressed; with those of attempts
                                that failed */
  pc_counter allowed_bytes;  /* of those; written by the owner */
};

/* The requests of one job and what they share. Set by the job. */
struct pc_requests {
  struct pc_context *engine;
  struct pc_job *job; /* for on_changed and the outcomes */
  pc_request_changed_fn *on_changed;
  struct pc_job_plan *plan;
  struct pc_routes *routes;
  struct pc_result *result;
  struct pc_progress *progress; /* atomic */
  struct pc_queue all;          /* that are not over */
  struct pc_queue ready;        /* those that want a slot */
  uint32_t made_count;          /* so far: the next one's number */
  uint32_t running_count;       /* that hold a slot */
  struct pc_halving halving;    /* learned from refusals */
  struct pc_budget retry_budget;
  struct pc_budget hedge_budget;
  uint64_t deadline_ns; /* monotonic, UINT64_MAX for none */
};

#endif
