/*
 * throttle.h - how many requests a server that refuses some is sent at once,
 * and how fast.
 *
 * Latency says little of an inference server, whose answers take longer in
 * larger batches long before it does less; so nothing is held back until the
 * server refuses a request as one too many. From then on at most a window of
 * requests is in flight:
 *
 *  - a refusal cuts it to 0.7 of what was in flight. Other refusals of requests
 *    that left before that cut are of the same overload and do not cut again,
 *    but tell how many the server did take, which the window does not exceed;
 *  - answers let it grow again: quickly to nine tenths of what the server took,
 *    by one with as many answers as it is wide from there on, and in longer and
 *    longer steps where it was never refused.
 *
 * A server that refuses even one at a time, in turn with answers, counts
 * requests by time. It is sent them at a rate then: 0.7 of what it was seen to
 * answer in a second, growing as the adaptive retries of AWS's SDKs do. One
 * that refuses every request that is alone is asked ever more seldom.
 *
 * Status 429 and a time to come back mean that. A plain 503 and a refused
 * connection may be the fault of a server that now and then fails, and would at
 * any speed: they mean it when two of three requests end so, or when the
 * throttle is in force already.
 *
 * A throttle that held nobody back for PC_THROTTLE_MEMORY_NS is forgotten. Pure
 * arithmetic: the clock's reading comes in. Thread: any, one at a time.
 */
#ifndef PC_POLICY_THROTTLE_H
#define PC_POLICY_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/token_bucket.h"

#define PC_THROTTLE_MEMORY_NS 10000000000u

/* All zero is one that is not in force. */
struct pc_throttle {
  double window;     /* most in flight; 0 when not in force */
  double peak;       /* that the server took when it last refused one */
  double after_cut;  /* what the cut left of the window */
  uint32_t at_cut;   /* in flight when it was cut */
  uint32_t refused;  /* of those */
  uint64_t cut_ns;   /* 0 for never */
  int suspicion;     /* unclear refusals, less twice the answers */
  uint64_t bound_ns; /* when it last held a request back */
  double alone;      /* refusals of requests that were alone, against answers */
  uint32_t in_row;   /* of them since the last answer */
  uint64_t pause_until_ns; /* with in_row */
  double rate_peak;        /* requests a second, 0 when no rate is in force */
  uint64_t rate_ns;        /* when the rate was cut */
  double answered;         /* requests a second, measured; 0 before the first */
  uint32_t counted;        /* answers since counted_ns */
  uint64_t counted_ns;     /* when the count that runs began */
  struct pc_token_bucket rate;
};

static inline bool pc_throttle_is_in_force(const struct pc_throttle *throttle)
{
  return throttle->window > 0;
}

/* Forgets all when nobody was held back for PC_THROTTLE_MEMORY_NS. */
void pc_throttle_forget(struct pc_throttle *throttle, uint64_t now_ns);

/* A request that left at `sent_ns` was refused, as one too many or as such that
   it `is_unclear` why; `in_flight` still counts it. */
void pc_throttle_refuse(struct pc_throttle *throttle,
                        bool is_unclear,
                        uint32_t in_flight,
                        uint64_t sent_ns,
                        uint64_t now_ns);

/* A request was answered; `in_flight` still counts it. */
void pc_throttle_answer(struct pc_throttle *throttle,
                        uint32_t in_flight,
                        uint64_t now_ns);

/*
 * Nanoseconds until another request may leave: 0 for now, UINT64_MAX for when
 * one that is in flight has ended.
 */
uint64_t pc_throttle_wait_ns(struct pc_throttle *throttle,
                             uint32_t in_flight,
                             uint64_t now_ns);

/* Nothing is sent before `until_ns`, which is no reason to forget. */
void pc_throttle_rest(struct pc_throttle *throttle, uint64_t until_ns);

/* A request leaves. */
void pc_throttle_send(struct pc_throttle *throttle, uint64_t now_ns);

#endif
