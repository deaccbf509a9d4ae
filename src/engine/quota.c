#include "engine/quota.h"

#include <math.h>

#include "base/clock.h"
#include "wire/http/rate_limit.h"

static const double S_PER_MINUTE = 60;
static const uint64_t NS_PER_MS = 1000000;

void pc_quota_init(struct pc_quota *quota, struct pc_counters *counters)
{
  *quota = (struct pc_quota){.counters = counters};
}

/* Keeps pc_counters.limit the sum of all windows. */
static void tell_limit(struct pc_quota *quota, uint32_t limit)
{
  if (limit == quota->told_limit)
    return;
  pc_counter_take(&quota->counters->limit, quota->told_limit);
  pc_counter_add(&quota->counters->limit, limit);
  quota->told_limit = limit;
}

void pc_quota_deinit(struct pc_quota *quota)
{
  tell_limit(quota, 0);
}

/* What may be spent at once is a second's worth: a minute's would be refused
   by servers that look more often. */
static void
allow(struct pc_token_bucket *bucket, double per_minute, uint64_t now_ns)
{
  double per_s = per_minute / S_PER_MINUTE;

  pc_token_bucket_set(bucket, per_s, fmax(1, per_s), now_ns);
}

void pc_quota_allow(struct pc_quota *quota,
                    double requests_per_minute,
                    double tokens_per_minute,
                    bool is_unyielding)
{
  uint64_t now_ns = pc_clock_monotonic_ns();

  allow(&quota->requests, requests_per_minute, now_ns);
  allow(&quota->tokens, tokens_per_minute, now_ns);
  quota->is_unyielding = is_unyielding;
  if (!is_unyielding)
    return;
  quota->throttle = (struct pc_throttle){0};
  quota->paced_requests = (struct pc_pacing){0};
  quota->paced_tokens = (struct pc_pacing){0};
}

bool pc_quota_is_limited(const struct pc_quota *quota)
{
  return pc_throttle_is_in_force(&quota->throttle) ||
         pc_pacing_is_known(&quota->paced_requests) ||
         pc_pacing_is_known(&quota->paced_tokens) ||
         quota->requests.per_s > 0 || quota->tokens.per_s > 0;
}

static uint64_t later(uint64_t a, uint64_t b)
{
  return a > b ? a : b;
}

static uint64_t paced_ns(struct pc_quota *quota, uint64_t now_ns)
{
  return later(
      pc_pacing_wait_ns(&quota->paced_requests, quota->in_flight, 1, now_ns),
      pc_pacing_wait_ns(&quota->paced_tokens, quota->in_flight,
                        quota->tokens_each, now_ns));
}

static uint64_t allowed_ns(struct pc_quota *quota, uint64_t now_ns)
{
  return later(paced_ns(quota, now_ns),
               later(pc_token_bucket_wait_ns(&quota->requests, now_ns),
                     pc_token_bucket_wait_ns(&quota->tokens, now_ns)));
}

uint64_t pc_quota_wait_ns(struct pc_quota *quota)
{
  uint64_t now_ns = 0;
  uint64_t wait_ns = 0;

  if (!pc_quota_is_limited(quota))
    return 0;
  now_ns = pc_clock_monotonic_ns();
  wait_ns = pc_throttle_wait_ns(&quota->throttle, quota->in_flight, now_ns);
  tell_limit(quota, (uint32_t)round(quota->throttle.window));
  return later(wait_ns, allowed_ns(quota, now_ns));
}

uint32_t pc_quota_room(const struct pc_quota *quota)
{
  double left = round(quota->throttle.window) - quota->in_flight;

  return left > 1 ? (uint32_t)left : 1;
}

bool pc_quota_takes_hedges(struct pc_quota *quota)
{
  uint64_t now_ns = pc_clock_monotonic_ns();

  pc_throttle_forget(&quota->throttle, now_ns);
  return !pc_throttle_is_in_force(&quota->throttle) &&
         !allowed_ns(quota, now_ns);
}

void pc_quota_send(struct pc_quota *quota, double tokens)
{
  uint64_t now_ns = 0;

  quota->in_flight++;
  quota->tokens_each = tokens;
  if (!pc_quota_is_limited(quota))
    return;
  now_ns = pc_clock_monotonic_ns();
  pc_throttle_send(&quota->throttle, now_ns);
  pc_token_bucket_spend(&quota->requests, 1, now_ns);
  pc_token_bucket_spend(&quota->tokens, tokens, now_ns);
}

void pc_quota_end(struct pc_quota *quota)
{
  quota->in_flight--;
}

static void hear(struct pc_pacing *pacing,
                 const struct pc_rate_limit *limit,
                 uint64_t sent_ns)
{
  if (limit->has_remaining && limit->has_reset)
    pc_pacing_hear(pacing, limit->remaining, limit->limit,
                   limit->reset_ms * NS_PER_MS, limit->is_gradual, sent_ns,
                   pc_clock_monotonic_ns());
}

void pc_quota_hear(struct pc_quota *quota,
                   struct pc_text head,
                   uint64_t sent_ns)
{
  struct pc_rate_limits limits;

  if (quota->is_unyielding || !pc_rate_limits_read(head, &limits))
    return;
  hear(&quota->paced_requests, &limits.requests, sent_ns);
  hear(&quota->paced_tokens, &limits.tokens, sent_ns);
}

void pc_quota_answer(struct pc_quota *quota)
{
  pc_throttle_answer(&quota->throttle, quota->in_flight,
                     pc_clock_monotonic_ns());
}

void pc_quota_refuse(struct pc_quota *quota, bool is_unclear, uint64_t sent_ns)
{
  pc_counter_add(&quota->counters->throttled, 1);
  if (quota->is_unyielding)
    return;
  pc_throttle_refuse(&quota->throttle, is_unclear, quota->in_flight, sent_ns,
                     pc_clock_monotonic_ns());
}
