/*
 * token_bucket.h - something that may be spent at a rate, with some in store.
 *
 * What is spent beyond the store is owed, and nothing may be spent before the
 * debt is paid: so one large expense does not wait for a store of its size.
 * Pure arithmetic: the clock's reading comes in. Thread: any, one at a time.
 */
#ifndef PC_POLICY_TOKEN_BUCKET_H
#define PC_POLICY_TOKEN_BUCKET_H

#include <stdint.h>

/* All zero is a bucket without a rate, of which nothing has to be awaited. */
struct pc_token_bucket {
  double per_s;    /* 0 for no limit */
  double most;     /* in store */
  double level;    /* below 0 when something is owed */
  uint64_t now_ns; /* when `level` was true */
};

/* Sets the rate and the store's size. A bucket that had no rate begins full. */
void pc_token_bucket_set(struct pc_token_bucket *bucket,
                         double per_s,
                         double most,
                         uint64_t now_ns);

/* Nanoseconds until one may be spent, 0 for now. */
uint64_t pc_token_bucket_wait_ns(struct pc_token_bucket *bucket,
                                 uint64_t now_ns);

void pc_token_bucket_spend(struct pc_token_bucket *bucket,
                           double count,
                           uint64_t now_ns);

#endif
