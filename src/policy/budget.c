#include "policy/budget.h"

#include <math.h>

enum { FEWEST_RETRIES = 2 };

struct pc_budget pc_budget_for_retries(uint32_t batches, double pct)
{
  uint64_t left = 1 + (uint64_t)ceil(batches * pct);

  return (struct pc_budget){.left =
                                left < FEWEST_RETRIES ? FEWEST_RETRIES : left};
}

bool pc_budget_take(struct pc_budget *budget)
{
  if (!budget->left)
    return false;
  budget->left--;
  return true;
}
