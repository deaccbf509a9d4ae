/*
 * outcome.h - what crosses from the engine to a call's owner.
 *
 * Each batch gives one outcome, those that failed only where the caller wants
 * partial results; the end of the job gives the last. A job whose inputs come
 * in parts asks for the next one by an outcome. All are made in advance, so
 * that handing them over cannot fail. What the answers have in common is
 * gathered in the job's result, the owner's once it has ended.
 */
#ifndef PC_ENGINE_OUTCOME_H
#define PC_ENGINE_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/queue.h"
#include "base/status.h"
#include "engine/splicing.h"
#include "net/exchange.h"
#include "wire/answers/embeddings.h"
#include "wire/vectors/vectors.h"

#define PC_FAILURE_DETAIL_SIZE 256
#define PC_FAILURE_BODY_SIZE (64 * 1024)

struct pc_job;

/* How a batch or a call failed: all its caller may want to know. */
struct pc_failure {
  enum pc_status status;
  char detail[PC_FAILURE_DETAIL_SIZE]; /* libcurl's or a reader's words */
  char request_id[PC_REQUEST_ID_SIZE]; /* "" when nothing was sent */
  struct pc_bytes head; /* of the failed answer, empty without one */
  struct pc_bytes body; /* its body, cut at PC_FAILURE_BODY_SIZE */
  long http_status;     /* 0 without an answer */
  uint32_t attempts;    /* made for that batch */
  int64_t batch;        /* -1 when no single batch failed the call */
  int64_t first_input;  /* -1 likewise */
  int64_t input_count;  /* -1 likewise */
  int64_t endpoint;     /* of a pool, whose failure it is; else -1 */
};

enum pc_outcome_kind {
  PC_OUTCOME_BATCH,
  PC_OUTCOME_WANT, /* the job asks for more of its inputs */
  PC_OUTCOME_END
};

struct pc_outcome {
  struct pc_link link;
  struct pc_job *job;         /* lent until the outcome that ends the job */
  enum pc_outcome_kind kind;  /* the fields below are for batches only */
  uint32_t batch;             /* from 0 */
  double seconds;             /* from the first attempt to the checked answer */
  uint32_t first;             /* input with which the batch begins */
  uint32_t count;             /* inputs in the batch */
  double tokens;              /* see pc_plan_body */
  bool is_ascii;              /* of `value` */
  struct pc_bytes head;       /* raw status line and headers */
  struct pc_bytes value;      /* JSON text, empty when there is none, unless: */
  bool is_packed;             /* it is MessagePack */
  struct pc_failure *failure; /* owned; how the batch failed, else NULL */
};

struct pc_result {
  struct pc_vectors vectors; /* one row per input: a vector, or scores */
  struct pc_usage usage;     /* summed */
  struct pc_bytes model;     /* JSON text, of the answer that begins first */
  uint32_t model_first;      /* input with which that answer begins */
  struct pc_splicing splicing;
};

/* Begins with "no batch failed". */
void pc_failure_init(struct pc_failure *failure, enum pc_status status);

void pc_failure_deinit(struct pc_failure *failure);

/*
 * Lends why an exchange was no success: in words of the reader of its body,
 * whose `fault` this is, of ours or of libcurl. "" for none.
 */
const char *pc_failure_words(const struct pc_exchange *exchange,
                             const struct pc_fault *fault);

/* Copies `from`, which it borrows, over *to. PC_NO_MEMORY leaves *to alone. */
PC_MUST_CHECK enum pc_status pc_failure_copy(const struct pc_failure *from,
                                             struct pc_failure *to);

/*
 * Gives an outcome of batch number `batch`, which are `count` inputs from
 * `first` on. NULL when there is no memory.
 */
struct pc_outcome *pc_outcome_create(struct pc_job *job,
                                     uint32_t batch,
                                     uint32_t first,
                                     uint32_t count);

/*
 * Makes a failure of it: that of the last of `attempts`, an exchange whose head
 * it takes, with the memory of `body`. `fault` as in pc_failure_words.
 */
PC_MUST_CHECK enum pc_status pc_outcome_fail(struct pc_outcome *outcome,
                                             enum pc_status status,
                                             uint32_t attempts,
                                             struct pc_exchange *exchange,
                                             const struct pc_fault *fault,
                                             struct pc_bytes *body);

/* NULL is allowed. Of batches: the other kinds belong to their job. */
void pc_outcome_destroy(struct pc_outcome *outcome);

/* For a call of `input_count` inputs. */
void pc_result_init(struct pc_result *result, uint32_t input_count);

void pc_result_deinit(struct pc_result *result);

/* Adds a whole embeddings answer for the inputs from `first` on. */
PC_MUST_CHECK enum pc_status pc_result_merge(struct pc_result *result,
                                             const struct pc_embeddings *answer,
                                             uint32_t first);

#endif
