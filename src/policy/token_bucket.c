#include "policy/token_bucket.h"

#include <math.h>

static const double NS_PER_S = 1e9;

static void fill(struct pc_token_bucket *bucket, uint64_t now_ns)
{
  double passed_s = (double)(now_ns - bucket->now_ns) / NS_PER_S;

  bucket->level = fmin(bucket->most, bucket->level + passed_s * bucket->per_s);
  bucket->now_ns = now_ns;
}

void pc_token_bucket_set(struct pc_token_bucket *bucket,
                         double per_s,
                         double most,
                         uint64_t now_ns)
{
  if (bucket->per_s > 0)
    fill(bucket, now_ns);
  else
    *bucket = (struct pc_token_bucket){.level = most, .now_ns = now_ns};
  bucket->per_s = per_s;
  bucket->most = most;
  bucket->level = fmin(bucket->level, most);
}

uint64_t pc_token_bucket_wait_ns(struct pc_token_bucket *bucket,
                                 uint64_t now_ns)
{
  if (bucket->per_s <= 0)
    return 0;
  fill(bucket, now_ns);
  if (bucket->level >= 1)
    return 0;
  return (uint64_t)ceil((1 - bucket->level) / bucket->per_s * NS_PER_S);
}

void pc_token_bucket_spend(struct pc_token_bucket *bucket,
                           double count,
                           uint64_t now_ns)
{
  if (bucket->per_s <= 0)
    return;
  fill(bucket, now_ns);
  bucket->level -= count;
}
