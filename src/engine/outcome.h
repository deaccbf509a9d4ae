/*
 * outcome.h - what crosses from the engine to its owner, one piece at a time.
 *
 * Each batch gives one outcome, those that failed only where the caller wants
 * partial results; the end of the job gives the last. Made before the first
 * attempt, so that handing over cannot fail.
 */
#ifndef PC_ENGINE_OUTCOME_H
#define PC_ENGINE_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/queue.h"

struct pc_failure;
struct pc_job;

struct pc_outcome {
  struct pc_link link;
  struct pc_job *job;         /* lent until the outcome that ends the job */
  bool is_end;                /* the fields below are for batches only */
  uint32_t batch;             /* from 0 */
  double seconds;             /* from the first attempt to the checked answer */
  uint32_t first;             /* input with which the batch begins */
  uint32_t count;             /* inputs in the batch */
  bool is_ascii;              /* of `value` */
  struct pc_bytes head;       /* raw status line and headers */
  struct pc_bytes value;      /* JSON text, empty when there is none */
  struct pc_failure *failure; /* owned; how the batch failed, else NULL */
};

/* Gives an empty outcome, NULL when there is no memory. */
struct pc_outcome *pc_outcome_create(struct pc_job *job, uint32_t batch);

/* NULL is allowed. The outcome that ends a job belongs to the job. */
void pc_outcome_destroy(struct pc_outcome *outcome);

#endif
