/*
 * preference.h - the caller's limits for one call.
 *
 * Whoever makes a job has checked them: lib/preference has their defaults and
 * their ranges. Thread: any.
 */
#ifndef PC_POLICY_PREFERENCE_H
#define PC_POLICY_PREFERENCE_H

struct pc_preference {
  double max_concurrent_requests; /* at least 1 */
  double batch_size;              /* inputs, at least 1 */
  double max_chars_per_request;   /* code points, 0 for no limit */
  double timeout_ms;              /* per attempt */
  double total_timeout_ms;        /* whole call, 0 for none */
  double hedge_delay_ms;          /* 0 for no hedges */
  double hedge_budget_pct;        /* share of the batches */
  double retry_budget_pct;        /* share of the batches */
  double max_retries;             /* extra attempts per batch */
  double initial_backoff_ms;
  double requests_per_minute; /* to a server, of all calls, 0 for no limit */
  double tokens_per_minute;   /* likewise, by our estimate */
};

#endif
