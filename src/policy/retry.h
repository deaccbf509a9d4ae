/*
 * retry.h - may another attempt be made, out of which budget, and how soon.
 *
 * Pure arithmetic: what happened, how often and a random number come in, the
 * verdict goes out. Thread: any; one at a time for a budget.
 */
#ifndef PC_POLICY_RETRY_H
#define PC_POLICY_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

#define PC_RETRY_LONGEST_WAIT_MS 45000
#define PC_RETRY_LONGEST_ASKED_MS 60000
#define PC_RETRY_UNMET_MS 5000

/* How an attempt failed. */
struct pc_retry_cause {
  enum pc_status status;
  long http_status;  /* meant only with PC_HTTP_ERROR */
  bool is_unmet;     /* no connection to the host was ever made, and how often
                        to try again is our default, not the caller's wish */
  bool is_nameless;  /* no address was found for its name */
  uint64_t spent_ms; /* since the first attempt */
};

enum pc_retry_price {
  PC_RETRY_NEVER,   /* no further attempt can mend this */
  PC_RETRY_FREE,    /* only max_retries limits it */
  PC_RETRY_BUDGETED /* also takes one from the call's retry budget */
};

/*
 * What another attempt costs. Statuses 408, 409, 429 and 503 and connections
 * that never came to be are free: the server did no work. Timeouts, lost
 * connections, broken bodies and the other statuses 5xx may have cost it a
 * whole answer, so they draw on the budget. But 501 and 505 and every other
 * status say the same thing twice.
 */
enum pc_retry_price pc_retry_price(struct pc_retry_cause cause);

/*
 * How long another attempt may be put off; 0 for none, UINT64_MAX for any time.
 * A host that nobody has ever met may be a wrong name or port: a name without
 * an address is final at once, connections are tried for PC_RETRY_UNMET_MS.
 */
uint64_t pc_retry_patience_ms(struct pc_retry_cause cause);

/*
 * Extra attempts that a whole call may still make, so that a sick deployment is
 * not asked many times over by every batch at once.
 */
struct pc_budget {
  uint64_t left;
};

/* Retries of a call with `batches` batches: max(2, 1 + ceil(batches * pct)). */
struct pc_budget pc_retry_budget(uint32_t batches, double pct);

/*
 * Hedges, that is second attempts beside slow ones: max(1, ceil(batches *
 * pct)), none when `pct` is 0 or no delay is set.
 */
struct pc_budget pc_hedge_budget(uint32_t batches, double delay_ms, double pct);

/* Takes one. False, and nothing taken, when none is left. */
bool pc_budget_take(struct pc_budget *budget);

/*
 * Milliseconds to wait before retry `number` (1 is the first).
 *
 * Without the server's word: `initial_ms` times 4 for each retry before it, at
 * most PC_RETRY_LONGEST_WAIT_MS, of which `jitter` (0 … 1, uniform) takes away
 * up to half. With it (`asked_ms` above 0): never less than that, at most
 * PC_RETRY_LONGEST_ASKED_MS, and up to a quarter more. Either way a burst that
 * is refused at once does not come back at once.
 */
uint64_t pc_retry_wait_ms(uint32_t number,
                          uint64_t initial_ms,
                          uint64_t asked_ms,
                          double jitter);

/* The next number, uniform in [0, 1), of the row that *state stands for. */
double pc_retry_jitter(uint64_t *state);

#endif
