/*
 * pacing.h - how many requests a server is sent that says how many it still
 * takes.
 *
 * No more are in flight than are left: so the last ones leave one after
 * another, and with nothing left the next waits until something is again. Where
 * what was used comes back bit by bit, what has come back since is added; a
 * server that is asked as fast as it gives is asked without a pause. After its
 * reset, or PC_PACING_LONGEST_NS, what a server said is forgotten. Pure
 * arithmetic: the clock's reading comes in. Thread: any, one at a time.
 */
#ifndef PC_POLICY_PACING_H
#define PC_POLICY_PACING_H

#include <stdbool.h>
#include <stdint.h>

#define PC_PACING_LONGEST_NS UINT64_C(60000000000)

/* All zero is one of which nothing is known. */
struct pc_pacing {
  double remaining;  /* at `now_ns` */
  double per_ns;     /* what comes back; 0: all at once at the end */
  uint64_t now_ns;   /* when it was said */
  uint64_t until_ns; /* when it is forgotten; 0: nothing is known */
  uint64_t sent_ns;  /* when the request left whose answer said so */
};

static inline bool pc_pacing_is_known(const struct pc_pacing *pacing)
{
  return pacing->until_ns > 0;
}

/*
 * The answer to a request that left at `sent_ns` says that so much is left, of
 * `limit` (0 when it does not say), and all of it again in `reset_ns`: bit by
 * bit, or only then. Answers to requests that left earlier are ignored.
 */
void pc_pacing_hear(struct pc_pacing *pacing,
                    double remaining,
                    double limit,
                    uint64_t reset_ns,
                    bool is_gradual,
                    uint64_t sent_ns,
                    uint64_t now_ns);

/*
 * Nanoseconds until another request may leave that costs as much as each of
 * those in flight: 0 for now. One that ends meanwhile may let it go sooner.
 */
uint64_t pc_pacing_wait_ns(struct pc_pacing *pacing,
                           uint32_t in_flight,
                           double cost,
                           uint64_t now_ns);

#endif
