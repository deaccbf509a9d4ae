/*
 * hedge.h - how many copies of slow requests a call may send.
 *
 * Thread: any.
 */
#ifndef PC_POLICY_HEDGE_H
#define PC_POLICY_HEDGE_H

#include <stdint.h>

#include "policy/budget.h"

/*
 * Copies a call with `batches` batches may send: max(1, ceil(batches * pct)),
 * none when `pct` is 0 or no delay is set.
 */
struct pc_budget pc_hedge_budget(uint32_t batches, double delay_ms, double pct);

#endif
