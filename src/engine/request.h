/*
 * request.h - one batch on its way: attempts, a copy, waits, verdict.
 *
 *            send                    failed, may be mended
 *   READY ────────▶ RUNNING ──────────────────────────▶ WAITING
 *     ▲              │   │                                │
 *     │ halved       │   │ succeeded or failed for good   │ waited
 *     ├──────────────┘   ▼                                │
 *     │                 OVER                              │
 *     └───────────────────────────────────────────────────┘
 *
 * Only RUNNING holds one of the job's slots, so a request that waits lets
 * another go ahead. A request that runs for long may be sent a second time: the
 * first success wins and the other is aborted; a failure ends only the one that
 * failed, unless it was the last. Thread: engine.
 */
#ifndef PC_ENGINE_REQUEST_H
#define PC_ENGINE_REQUEST_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/queue.h"
#include "base/status.h"
#include "engine/attempt.h"
#include "engine/context.h"
#include "engine/job.h"

enum pc_request_state {
  PC_REQUEST_READY,   /* wants a slot */
  PC_REQUEST_RUNNING, /* has attempts under way; holds a slot */
  PC_REQUEST_WAITING, /* sleeps before its next attempt */
  PC_REQUEST_OVER     /* in the free list */
};

struct pc_request {
  struct pc_link link;       /* in pc_job.requests or the free list */
  struct pc_link ready_link; /* in pc_job.ready */
  struct pc_job *job;
  enum pc_request_state state;
  uint32_t batch;         /* its number */
  uint32_t first;         /* input */
  uint32_t count;         /* inputs */
  uint32_t attempts;      /* begun so far, copies not counted */
  uint32_t refusals;      /* attempts that only taught us a smaller size */
  uint64_t started_ns;    /* first attempt, monotonic */
  struct pc_bytes buffer; /* the body, unless it is an input itself */
  struct pc_text body;    /* the same bytes for every attempt */
  struct pc_attempt *attempt;
  struct pc_attempt *copy;    /* a second attempt under way, if hedged */
  struct pc_alarm *alarm;     /* RUNNING: the copy is due; WAITING: waited */
  struct pc_outcome *outcome; /* made in advance */
};

/*
 * Makes the READY request for `count` inputs from `first` on, body included,
 * and puts it into job->requests. Gives it in *out.
 */
PC_MUST_CHECK enum pc_status pc_request_create(struct pc_job *job,
                                               uint32_t first,
                                               uint32_t count,
                                               struct pc_request **out);

/* Goes back to READY with its first `count` inputs and a body for those. */
PC_MUST_CHECK enum pc_status pc_request_shrink(struct pc_request *request,
                                               uint32_t count);

/* Gives its slot away and is READY again after `wait_ms`. */
PC_MUST_CHECK enum pc_status pc_request_wait(struct pc_request *request,
                                             uint64_t wait_ms);

/* Begins an attempt of a READY request. What goes wrong ends the job. */
void pc_request_send(struct pc_request *request);

/* Ends the request in any state, aborting what is under way. */
void pc_request_destroy(struct pc_request *request);

/* Ends every request of the free list. */
void pc_request_destroy_idle(struct pc_context *engine);

#endif
