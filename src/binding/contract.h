/*
 * contract.h - every number that JavaScript and C both know.
 *
 * lib/native/contract.js has the same names with the same numbers. The addon
 * exports PC_CONTRACT, so that a test can hold the two against each other.
 */
#ifndef PC_BINDING_CONTRACT_H
#define PC_BINDING_CONTRACT_H

#include "base/log.h"
#include "engine/endpoints.h"
#include "engine/job.h"

/* Positions in the numbers of a call. */
enum pc_number {
  PC_NUMBER_MAX_CONCURRENT_REQUESTS,
  PC_NUMBER_BATCH_SIZE,
  PC_NUMBER_MAX_CHARS_PER_REQUEST,
  PC_NUMBER_TIMEOUT_MS,
  PC_NUMBER_TOTAL_TIMEOUT_MS,
  PC_NUMBER_HEDGE_DELAY_MS,
  PC_NUMBER_HEDGE_BUDGET_PCT,
  PC_NUMBER_RETRY_BUDGET_PCT,
  PC_NUMBER_MAX_RETRIES,
  PC_NUMBER_INITIAL_BACKOFF_MS,
  PC_NUMBER_REQUESTS_PER_MINUTE,
  PC_NUMBER_TOKENS_PER_MINUTE,
  PC_NUMBER_FLAGS,
  PC_NUMBER_FINAL_STATUSES /* this one and all behind it, if any */
};

/* Bits of PC_NUMBER_FLAGS. */
enum pc_flag {
  PC_FLAG_OPAQUE = 1,         /* pc_job_plan.is_opaque */
  PC_FLAG_OWN_REQUEST_ID = 2, /* this and the next two: enum pc_own_header */
  PC_FLAG_OWN_TIMEOUT = 4,
  PC_FLAG_OWN_DEADLINE = 8,
  PC_FLAG_PARTIAL = 16,      /* pc_job_plan.wants_partial */
  PC_FLAG_SPLIT = 32,        /* pc_job_plan.may_split */
  PC_FLAG_BARE = 64,         /* pc_splice_plan.is_bare */
  PC_FLAG_OWN_RETRIES = 128, /* pc_job_plan.has_own_retries */
  PC_FLAG_UNYIELDING = 256,  /* pc_job_plan.is_unyielding */
  PC_FLAG_PINNING = 512      /* pc_job_plan.is_pinning */
};

/* Positions in the numbers of one endpoint of a pool. */
enum pc_endpoint_number {
  PC_ENDPOINT_WEIGHT,
  PC_ENDPOINT_INTERVAL_MS, /* this and the next three: struct pc_probe_rules */
  PC_ENDPOINT_TIMEOUT_MS,
  PC_ENDPOINT_RETRIES,
  PC_ENDPOINT_FLAGS,
  PC_ENDPOINT_NUMBER_COUNT
};

/* Bits of PC_ENDPOINT_FLAGS: struct pc_probe_rules. */
enum pc_endpoint_flag {
  PC_ENDPOINT_FLAG_FAILS_ON_FIRST = 1,
  PC_ENDPOINT_FLAG_TIMEOUTS_ABSTAIN = 2,
  PC_ENDPOINT_FLAG_ASSUMED_PATH = 4
};

/* X(the name that JavaScript has for it, the number) */
#define PC_CONTRACT(X)                                                         \
  X(NUMBER_MAX_CONCURRENT_REQUESTS, PC_NUMBER_MAX_CONCURRENT_REQUESTS)         \
  X(NUMBER_BATCH_SIZE, PC_NUMBER_BATCH_SIZE)                                   \
  X(NUMBER_MAX_CHARS_PER_REQUEST, PC_NUMBER_MAX_CHARS_PER_REQUEST)             \
  X(NUMBER_TIMEOUT_MS, PC_NUMBER_TIMEOUT_MS)                                   \
  X(NUMBER_TOTAL_TIMEOUT_MS, PC_NUMBER_TOTAL_TIMEOUT_MS)                       \
  X(NUMBER_HEDGE_DELAY_MS, PC_NUMBER_HEDGE_DELAY_MS)                           \
  X(NUMBER_HEDGE_BUDGET_PCT, PC_NUMBER_HEDGE_BUDGET_PCT)                       \
  X(NUMBER_RETRY_BUDGET_PCT, PC_NUMBER_RETRY_BUDGET_PCT)                       \
  X(NUMBER_MAX_RETRIES, PC_NUMBER_MAX_RETRIES)                                 \
  X(NUMBER_INITIAL_BACKOFF_MS, PC_NUMBER_INITIAL_BACKOFF_MS)                   \
  X(NUMBER_REQUESTS_PER_MINUTE, PC_NUMBER_REQUESTS_PER_MINUTE)                 \
  X(NUMBER_TOKENS_PER_MINUTE, PC_NUMBER_TOKENS_PER_MINUTE)                     \
  X(NUMBER_FLAGS, PC_NUMBER_FLAGS)                                             \
  X(NUMBER_FINAL_STATUSES, PC_NUMBER_FINAL_STATUSES)                           \
  X(MOST_FINAL_STATUSES, PC_FINAL_STATUSES_MOST)                               \
  X(FLAG_OPAQUE, PC_FLAG_OPAQUE)                                               \
  X(FLAG_OWN_REQUEST_ID, PC_FLAG_OWN_REQUEST_ID)                               \
  X(FLAG_OWN_TIMEOUT, PC_FLAG_OWN_TIMEOUT)                                     \
  X(FLAG_OWN_DEADLINE, PC_FLAG_OWN_DEADLINE)                                   \
  X(FLAG_PARTIAL, PC_FLAG_PARTIAL)                                             \
  X(FLAG_SPLIT, PC_FLAG_SPLIT)                                                 \
  X(FLAG_BARE, PC_FLAG_BARE)                                                   \
  X(FLAG_OWN_RETRIES, PC_FLAG_OWN_RETRIES)                                     \
  X(FLAG_UNYIELDING, PC_FLAG_UNYIELDING)                                       \
  X(FLAG_PINNING, PC_FLAG_PINNING)                                             \
  X(ENDPOINT_NUMBER_WEIGHT, PC_ENDPOINT_WEIGHT)                                \
  X(ENDPOINT_NUMBER_INTERVAL_MS, PC_ENDPOINT_INTERVAL_MS)                      \
  X(ENDPOINT_NUMBER_TIMEOUT_MS, PC_ENDPOINT_TIMEOUT_MS)                        \
  X(ENDPOINT_NUMBER_RETRIES, PC_ENDPOINT_RETRIES)                              \
  X(ENDPOINT_NUMBER_FLAGS, PC_ENDPOINT_FLAGS)                                  \
  X(ENDPOINT_NUMBER_COUNT, PC_ENDPOINT_NUMBER_COUNT)                           \
  X(ENDPOINT_FLAG_FAILS_ON_FIRST, PC_ENDPOINT_FLAG_FAILS_ON_FIRST)             \
  X(ENDPOINT_FLAG_TIMEOUTS_ABSTAIN, PC_ENDPOINT_FLAG_TIMEOUTS_ABSTAIN)         \
  X(ENDPOINT_FLAG_ASSUMED_PATH, PC_ENDPOINT_FLAG_ASSUMED_PATH)                 \
  X(ENDPOINT_WORD_NAME, PC_ENDPOINT_NAME)                                      \
  X(ENDPOINT_WORD_HEADERS, PC_ENDPOINT_HEADERS)                                \
  X(ENDPOINT_WORD_PATH, PC_ENDPOINT_PATH)                                      \
  X(ENDPOINT_WORD_DEEP, PC_ENDPOINT_DEEP)                                      \
  X(VOTE_NONE, PC_VOTE_NONE)                                                   \
  X(VOTE_HEALTHY, PC_VOTE_HEALTHY)                                             \
  X(VOTE_UNHEALTHY, PC_VOTE_UNHEALTHY)                                         \
  X(MOST_ENDPOINTS, PC_SELECTION_MOST)                                         \
  X(KIND_EMBEDDINGS, PC_EMBEDDINGS)                                            \
  X(KIND_RERANK, PC_RERANK)                                                    \
  X(KIND_CLASSIFY, PC_CLASSIFY)                                                \
  X(KIND_POST, PC_POST)                                                        \
  X(FORM_EMBEDDINGS, PC_SPLICE_EMBEDDINGS)                                     \
  X(FORM_RERANK, PC_SPLICE_RERANK)                                             \
  X(FORM_CLASSIFY, PC_SPLICE_CLASSIFY)                                         \
  X(FORM_GENERIC, PC_SPLICE_GENERIC)                                           \
  X(WORD_URL, PC_WORD_URL)                                                     \
  X(WORD_METHOD, PC_WORD_METHOD)                                               \
  X(WORD_HEADERS, PC_WORD_HEADERS)                                             \
  X(WORD_ID_STEM, PC_WORD_ID_STEM)                                             \
  X(WORD_PREFIX, PC_WORD_PREFIX)                                               \
  X(WORD_OPEN, PC_WORD_OPEN)                                                   \
  X(WORD_CLOSE, PC_WORD_CLOSE)                                                 \
  X(WORD_SUFFIX, PC_WORD_SUFFIX)                                               \
  X(WORD_DEFAULTS, PC_WORD_DEFAULTS)                                           \
  X(WORD_METADATA, PC_WORD_METADATA)                                           \
  X(WORD_PATHS, PC_WORD_PATHS)                                                 \
  X(LOG_OFF, PC_LOG_OFF)                                                       \
  X(LOG_ERROR, PC_LOG_ERROR)                                                   \
  X(LOG_WARN, PC_LOG_WARN)                                                     \
  X(LOG_INFO, PC_LOG_INFO)                                                     \
  X(LOG_DEBUG, PC_LOG_DEBUG)                                                   \
  X(LOG_TRACE, PC_LOG_TRACE)

#endif
