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
 * Only RUNNING holds one of the job's slots, so a request that waits, for its
 * back-off and then for a place among the origin's retries, lets another go
 * ahead. A request that runs for long may be hedged, that is sent a
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
#include "engine/attempt.h"
#include "engine/context.h"
#include "engine/outcome.h"
#include "engine/requests.h"
#include "engine/routes.h"
#include "engine/verdict.h"
#include "net/reactor.h"

enum pc_request_state {
  PC_REQUEST_READY,   /* wants a slot */
  PC_REQUEST_RUNNING, /* has attempts in flight; holds a slot */
  PC_REQUEST_WAITING, /* backs off before its next attempt */
  PC_REQUEST_OVER     /* in the free list */
};

struct pc_request {
  struct pc_link link;       /* in pc_requests.all or the free list */
  struct pc_link ready_link; /* in pc_requests.ready or pc_origin.retries */
  struct pc_requests *shared;
  enum pc_request_state state;
  struct pc_tries tries;
  struct pc_route *next;          /* of a further attempt, else NULL */
  struct pc_origin *retry_origin; /* that has kept a place for it, else NULL */
  struct pc_bytes body;           /* the same bytes for every attempt */
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

/* Where would a READY request go? NULL is one that is yet to be made. */
struct pc_wish pc_request_wish(const struct pc_request *request);

/* Begins an attempt of a READY request, which is not in shared->ready. */
void pc_request_send(struct pc_request *request, struct pc_route *route);

/* Ends all requests of a job in any state, aborting what is in flight. */
void pc_requests_end(struct pc_requests *shared);

/* Ends every request of the free list. */
void pc_request_destroy_idle(struct pc_context *engine);

#endif
