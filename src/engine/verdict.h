/*
 * verdict.h - what becomes of a request whose attempt has failed.
 *
 * Never again, again as two halves, or again after a back-off: by policy/retry
 * and policy/halving, with the budgets of the call. Thread: engine.
 */
#ifndef PC_ENGINE_VERDICT_H
#define PC_ENGINE_VERDICT_H

#include <stdint.h>

#include "base/status.h"
#include "engine/attempt.h"
#include "engine/requests.h"
#include "policy/selection.h"

/* The attempts of one request so far. */
struct pc_tries {
  uint32_t count;            /* begun, hedges not counted */
  uint32_t refused;          /* of those that only taught us a smaller size */
  uint64_t started_ns;       /* first attempt, monotonic */
  pc_endpoint_set endpoints; /* of a pool, that they and hedges went to */
};

enum pc_verdict { PC_VERDICT_FINAL, PC_VERDICT_HALVES, PC_VERDICT_AGAIN };

/*
 * Judges `attempt`, which has failed with `status` while no hedge is in flight,
 * for a batch of `input_count`. PC_VERDICT_AGAIN puts the back-off into
 * *wait_ms, which is none where another endpoint that is well can be asked; it
 * may have taken from the call's retry budget.
 */
enum pc_verdict pc_verdict_of(struct pc_requests *shared,
                              const struct pc_attempt *attempt,
                              const struct pc_tries *tries,
                              uint32_t input_count,
                              enum pc_status status,
                              uint64_t *wait_ms);

#endif
