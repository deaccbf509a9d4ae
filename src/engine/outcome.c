#include "engine/outcome.h"

#include <stdlib.h>

#include "engine/failure.h"

struct pc_outcome *pc_outcome_create(struct pc_job *job, uint32_t batch)
{
  struct pc_outcome *outcome = calloc(1, sizeof(*outcome));

  if (!outcome)
    return NULL;
  outcome->job = job;
  outcome->batch = batch;
  pc_bytes_init(&outcome->head, SIZE_MAX);
  pc_bytes_init(&outcome->value, SIZE_MAX);
  return outcome;
}

void pc_outcome_destroy(struct pc_outcome *outcome)
{
  if (!outcome)
    return;
  pc_bytes_deinit(&outcome->head);
  pc_bytes_deinit(&outcome->value);
  pc_failure_destroy(outcome->failure);
  free(outcome);
}
