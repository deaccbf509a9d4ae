/*
 * request.h - one batch on its way: attempts, a hedge, back-offs, the verdict.
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
 * another go ahead. A request that runs for long may be hedged, that is sent a
 * second time: the first success wins and the other attempt is aborted; a
 * failure ends only the attempt that failed, unless it was the last.
 *
 * A failure for good is one that no further attempt may mend (policy/retry). A
 * batch that the server finds too large is halved instead. Thread: engine.
 */
#ifndef PC_ENGINE_REQUEST_H
#define PC_ENGINE_REQUEST_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/queue.h"
#include "base/status.h"
#include "engine/context.h"
#include "engine/plan.h"
#include "engine/reader.h"
#include "net/exchange.h"
#include "policy/retry.h"

struct pc_job;
struct pc_origin;
struct pc_outcome;
struct pc_request;
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
};

/* The requests of one job and what they share. Set by the job. */
struct pc_requests {
  struct pc_context *engine;
  struct pc_job *job; /* for on_changed and the outcomes */
  pc_request_changed_fn *on_changed;
  const struct pc_job_plan *plan;
  const struct pc_target *target;
  struct pc_origin *origin;
  struct pc_result *result;
  struct pc_progress *progress; /* atomic */
  struct pc_queue all;          /* that are not over */
  struct pc_queue ready;        /* those that want a slot */
  uint32_t made_count;          /* so far: the next one's number */
  uint32_t running_count;       /* that hold a slot */
  uint32_t largest_batch;       /* inputs; learned from refusals */
  struct pc_budget retry_budget;
  struct pc_budget hedge_budget;
  uint64_t deadline_ns; /* monotonic, UINT64_MAX for none */
};

enum pc_request_state {
  PC_REQUEST_READY,   /* wants a slot */
  PC_REQUEST_RUNNING, /* has attempts in flight; holds a slot */
  PC_REQUEST_WAITING, /* backs off before its next attempt */
  PC_REQUEST_OVER     /* in the free list */
};

/* One try: an exchange and the reading of its answer. */
struct pc_attempt {
  struct pc_request *request;
  struct pc_exchange *exchange;
  struct pc_reader *reader;
};

struct pc_request {
  struct pc_link link;       /* in pc_requests.all or the free list */
  struct pc_link ready_link; /* in pc_requests.ready */
  struct pc_requests *shared;
  enum pc_request_state state;
  uint32_t attempt_count; /* begun so far, hedges not counted */
  uint32_t refusal_count; /* of those that only taught us a smaller size */
  uint64_t started_ns;    /* first attempt, monotonic */
  struct pc_bytes buffer; /* the body, unless it is an input itself */
  struct pc_text body;    /* the same bytes for every attempt */
  struct pc_attempt places[2];
  struct pc_attempt *attempt; /* in `places`, NULL when none is in flight */
  struct pc_attempt *hedge;   /* a second one in flight */
  struct pc_alarm *alarm;     /* RUNNING: the hedge is due; WAITING: waited */
  struct pc_outcome *outcome; /* made in advance: says which inputs these are */
};

/*
 * Makes the READY request for `count` inputs from `first` on, body included,
 * and puts it into shared->all. Gives it in *out.
 */
PC_MUST_CHECK enum pc_status pc_request_create(struct pc_requests *shared,
                                               uint32_t first,
                                               uint32_t count,
                                               struct pc_request **out);

/* Begins an attempt of a READY request, which is not in shared->ready. */
void pc_request_send(struct pc_request *request);

/* Ends all requests of a job in any state, aborting what is in flight. */
void pc_requests_end(struct pc_requests *shared);

/* Ends every request of the free list. */
void pc_request_destroy_idle(struct pc_context *engine);

/* How exchanges reach the attempts that own them: for pc_exchanges. */
extern const struct pc_exchange_events pc_attempt_events;

#endif
