#include "policy/hedge.h"

#include <math.h>

struct pc_budget pc_hedge_budget(uint32_t batches, double delay_ms, double pct)
{
  uint64_t share = (uint64_t)ceil(batches * pct);

  if (delay_ms == 0 || pct == 0)
    return (struct pc_budget){.left = 0};
  return (struct pc_budget){.left = share ? share : 1};
}
