#include "policy/pacing.h"

#include <math.h>

void pc_pacing_hear(struct pc_pacing *pacing,
                    double remaining,
                    double limit,
                    uint64_t reset_ns,
                    bool is_gradual,
                    uint64_t sent_ns,
                    uint64_t now_ns)
{
  double used = limit - remaining;

  if (pc_pacing_is_known(pacing) && sent_ns < pacing->sent_ns)
    return;
  *pacing = (struct pc_pacing){
      .remaining = remaining, .now_ns = now_ns, .sent_ns = sent_ns};
  if (!reset_ns)
    return;
  if (is_gradual && used > 0)
    pacing->per_ns = used / (double)reset_ns;
  pacing->until_ns =
      now_ns +
      (reset_ns < PC_PACING_LONGEST_NS ? reset_ns : PC_PACING_LONGEST_NS);
}

uint64_t pc_pacing_wait_ns(struct pc_pacing *pacing,
                           uint32_t in_flight,
                           double cost,
                           uint64_t now_ns)
{
  double missing = (in_flight + 1.0) * cost - pacing->remaining;
  uint64_t left_ns = 0;
  double wait_ns = 0;

  if (!pc_pacing_is_known(pacing))
    return 0;
  if (now_ns >= pacing->until_ns) {
    *pacing = (struct pc_pacing){0};
    return 0;
  }
  if (missing <= 0)
    return 0;
  left_ns = pacing->until_ns - now_ns;
  if (pacing->per_ns <= 0)
    return left_ns;
  wait_ns = ceil(missing / pacing->per_ns) - (double)(now_ns - pacing->now_ns);
  if (wait_ns <= 0)
    return 0;
  return wait_ns < (double)left_ns ? (uint64_t)wait_ns : left_ns;
}
