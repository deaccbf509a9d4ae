/*
 * quota.h - how many requests one server may be sent now.
 *
 * By its refusals (policy/throttle), by what it says that it still takes
 * (policy/pacing), and by what callers say that they are allowed in a minute.
 * Thread: engine.
 */
#ifndef PC_ENGINE_QUOTA_H
#define PC_ENGINE_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/chars.h"
#include "net/counters.h"
#include "policy/pacing.h"
#include "policy/throttle.h"
#include "policy/token_bucket.h"

struct pc_quota {
  struct pc_counters *counters; /* kept */
  struct pc_throttle throttle;
  bool is_unyielding; /* what the server says slows nothing down */
  struct pc_pacing paced_requests;
  struct pc_pacing paced_tokens;
  double tokens_each; /* of the request that left last, by our estimate */
  struct pc_token_bucket requests;
  struct pc_token_bucket tokens;
  uint32_t in_flight;
  uint32_t told_limit; /* its part of pc_counters.limit */
};

void pc_quota_init(struct pc_quota *quota, struct pc_counters *counters);
void pc_quota_deinit(struct pc_quota *quota);

/*
 * What the calls to the server want from now on: at most so many in a minute, 0
 * for no limit, and not to yield to what the server says.
 */
void pc_quota_allow(struct pc_quota *quota,
                    double requests_per_minute,
                    double tokens_per_minute,
                    bool is_unyielding);

/* Does it hold anything back at all? */
bool pc_quota_is_limited(const struct pc_quota *quota);

/*
 * Nanoseconds until another request may leave: 0 for now, UINT64_MAX for when
 * one that is in flight has ended.
 */
uint64_t pc_quota_wait_ns(struct pc_quota *quota);

/* How many may leave when one may: what is left of the window, at least 1. */
uint32_t pc_quota_room(const struct pc_quota *quota);

/* A server that refuses requests is not sent any twice. */
bool pc_quota_takes_hedges(struct pc_quota *quota);

/* A request leaves, with so many tokens by our estimate. */
void pc_quota_send(struct pc_quota *quota, double tokens);

/* It has ended, however. */
void pc_quota_end(struct pc_quota *quota);

/* Before its end: what the head of its answer says of what is left. */
void pc_quota_hear(struct pc_quota *quota,
                   struct pc_text head,
                   uint64_t sent_ns);

/* Before its end: it was answered, or refused (see pc_throttle_refuse). */
void pc_quota_answer(struct pc_quota *quota);
void pc_quota_refuse(struct pc_quota *quota, bool is_unclear, uint64_t sent_ns);

#endif
