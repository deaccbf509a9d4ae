/*
 * preference.h - the caller's limits for one call, after defaults and checks.
 *
 * Plain numbers; ranges as the parameter table of the documentation has them.
 * Thread: any.
 */
#ifndef PC_POLICY_PREFERENCE_H
#define PC_POLICY_PREFERENCE_H

#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"

struct pc_preference {
  double max_concurrent_requests; /* 1 … 1024, whole */
  double batch_size;              /* items, 1 … 1024, whole */
  double max_chars_per_request;   /* code points, 50 … 256000, 0 for none */
  double timeout_ms;              /* per attempt, 100 … 7200000 */
  double total_timeout_ms;        /* whole call, at least 100, 0 for none */
  double hedge_delay_ms;          /* 200 … 30000, 0 for none */
  double hedge_budget_pct;        /* share of the batches, 0 … 3 */
  double retry_budget_pct;        /* share of the batches, 0 … 3 */
  double max_retries;             /* extra attempts per batch, 0 … 6, whole */
  double initial_backoff_ms;      /* 50 … 45000, whole */
};

/* Sets every field to its default. */
void pc_preference_init(struct pc_preference *preference);

/* PC_INVALID_ARGUMENT names the first field out of range in `fault`. */
PC_MUST_CHECK enum pc_status
pc_preference_check(const struct pc_preference *preference,
                    struct pc_fault *fault);

#endif
