/*
 * budget.h - how many extra attempts a whole call may still spend.
 *
 * Keeps a sick deployment from being asked many times over by every batch at
 * once. Never below zero. One thread at a time.
 */
#ifndef PC_POLICY_BUDGET_H
#define PC_POLICY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct pc_budget {
  uint64_t left;
};

/* Retries of a call with `batches` batches: max(2, 1 + ceil(batches * pct)). */
struct pc_budget pc_budget_for_retries(uint32_t batches, double pct);

/* Takes one. False, and nothing taken, when none is left. */
bool pc_budget_take(struct pc_budget *budget);

#endif
