/*
 * attempt.h - one try of a request: an exchange and the reading of its answer.
 * Thread: engine.
 */
#ifndef PC_ENGINE_ATTEMPT_H
#define PC_ENGINE_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/texts.h"
#include "engine/outcome.h"
#include "engine/reader.h"
#include "engine/requests.h"
#include "net/exchange.h"

struct pc_request;
struct pc_route;

/* The attempt has ended: with a checked answer, or for this reason. */
typedef void pc_attempt_ended_fn(void *attempt, enum pc_status status);

struct pc_attempt {
  /* Set before it begins. */
  struct pc_request *request; /* NULL: the place is free */
  pc_attempt_ended_fn *on_ended;
  struct pc_text body; /* kept until it ends */
  uint32_t number;     /* of the request's attempts, from 0 */
  bool is_hedge;
  struct pc_route *route; /* kept */
  /* Then: */
  struct pc_origin *origin; /* of the route, once it has left */
  struct pc_progress *progress;
  bool is_scout; /* see pc_origin_sends_scout */
  struct pc_exchange *exchange;
  struct pc_reader *reader;
};

/* Sends its body for the batch that `outcome` tells, which it borrows. */
PC_MUST_CHECK enum pc_status pc_attempt_begin(struct pc_attempt *attempt,
                                              const struct pc_requests *shared,
                                              const struct pc_outcome *outcome);

/* Ends *attempt in any state, frees its place, sets it to NULL. NULL is fine.
 */
void pc_attempt_release(struct pc_attempt **attempt);

/* How exchanges reach the attempts that own them: for pc_exchanges. */
extern const struct pc_exchange_events pc_attempt_events;

#endif
