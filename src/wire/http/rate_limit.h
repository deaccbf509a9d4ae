/*
 * rate_limit.h - what an answer says of how much more a server takes.
 *
 * Two spellings are known:
 *
 *   x-ratelimit-limit-requests: 500        OpenAI's, and of those like it; the
 *   x-ratelimit-remaining-requests: 499    same for tokens. The reset, a
 *   x-ratelimit-reset-requests: 1m30.5s    duration of Go or plain seconds, is
 *                                          when all of the limit is there again
 *   RateLimit: "name";r=50;t=30            IETF's draft, and its older forms
 *   RateLimit-Policy: "name";q=100;w=60    limit=…, remaining=…, reset=… and
 *                                          RateLimit-Remaining: … Of several
 *                                          the one with the least left counts
 *
 * Thread: any.
 */
#ifndef PC_WIRE_HTTP_RATE_LIMIT_H
#define PC_WIRE_HTTP_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/chars.h"

struct pc_rate_limit {
  bool has_remaining;
  bool has_reset;
  bool is_gradual; /* what was used comes back bit by bit until the reset */
  double remaining;
  double limit; /* 0 when it is not told */
  uint64_t reset_ms;
};

struct pc_rate_limits {
  struct pc_rate_limit requests;
  struct pc_rate_limit tokens;
};

/* Reads the raw head of an answer. Is there anything said? */
bool pc_rate_limits_read(struct pc_text head, struct pc_rate_limits *out);

#endif
