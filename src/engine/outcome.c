#include "engine/outcome.h"

#include <stdio.h>
#include <stdlib.h>

enum { MODEL_CEILING = 64 * 1024 };

void pc_failure_init(struct pc_failure *failure, enum pc_status status)
{
  *failure = (struct pc_failure){.status = status,
                                 .batch = -1,
                                 .first_input = -1,
                                 .input_count = -1,
                                 .endpoint = -1};
  pc_bytes_init(&failure->head, SIZE_MAX);
  pc_bytes_init(&failure->body, SIZE_MAX);
}

void pc_failure_deinit(struct pc_failure *failure)
{
  pc_bytes_deinit(&failure->head);
  pc_bytes_deinit(&failure->body);
}

const char *pc_failure_words(const struct pc_exchange *exchange,
                             const struct pc_fault *fault)
{
  if (fault->reason[0])
    return fault->reason;
  return pc_exchange_words(exchange);
}

enum pc_status pc_failure_copy(const struct pc_failure *from,
                               struct pc_failure *to)
{
  struct pc_failure copy = *from;
  enum pc_status status = PC_OK;

  pc_bytes_init(&copy.head, SIZE_MAX);
  pc_bytes_init(&copy.body, SIZE_MAX);
  status = pc_bytes_append(&copy.head, from->head.data, from->head.size);
  if (status == PC_OK)
    status = pc_bytes_append(&copy.body, from->body.data, from->body.size);
  if (status != PC_OK) {
    pc_failure_deinit(&copy);
    return PC_NO_MEMORY;
  }
  pc_failure_deinit(to);
  *to = copy;
  return PC_OK;
}

struct pc_outcome *pc_outcome_create(struct pc_job *job,
                                     uint32_t batch,
                                     uint32_t first,
                                     uint32_t count)
{
  struct pc_outcome *outcome = malloc(sizeof(*outcome));

  if (!outcome)
    return NULL;
  *outcome = (struct pc_outcome){
      .job = job, .batch = batch, .first = first, .count = count};
  pc_bytes_init(&outcome->head, SIZE_MAX);
  pc_bytes_init(&outcome->value, SIZE_MAX);
  return outcome;
}

enum pc_status pc_outcome_fail(struct pc_outcome *outcome,
                               enum pc_status status,
                               uint32_t attempts,
                               struct pc_exchange *exchange,
                               const struct pc_fault *fault,
                               struct pc_bytes *body)
{
  struct pc_failure *failure = malloc(sizeof(*failure));

  if (!failure)
    return PC_NO_MEMORY;
  pc_failure_init(failure, status);
  failure->batch = outcome->batch;
  failure->first_input = outcome->first;
  failure->input_count = outcome->count;
  failure->attempts = attempts;
  failure->http_status = exchange->hop.http_status;
  snprintf(failure->detail, sizeof(failure->detail), "%s",
           pc_failure_words(exchange, fault));
  snprintf(failure->request_id, sizeof(failure->request_id), "%s",
           exchange->order.request_id);
  pc_bytes_move(&failure->head, &exchange->hop.head);
  pc_bytes_move(&failure->body, body);
  pc_bytes_cut(&failure->body, PC_FAILURE_BODY_SIZE);
  outcome->failure = failure;
  return PC_OK;
}

void pc_outcome_destroy(struct pc_outcome *outcome)
{
  if (!outcome)
    return;
  pc_bytes_deinit(&outcome->head);
  pc_bytes_deinit(&outcome->value);
  if (outcome->failure)
    pc_failure_deinit(outcome->failure);
  free(outcome->failure);
  free(outcome);
}

void pc_result_init(struct pc_result *result, uint32_t input_count)
{
  *result = (struct pc_result){.model_first = UINT32_MAX};
  pc_bytes_init(&result->model, MODEL_CEILING);
  pc_vectors_init(&result->vectors, input_count);
  pc_splicing_init(&result->splicing);
}

void pc_result_deinit(struct pc_result *result)
{
  pc_bytes_deinit(&result->model);
  pc_vectors_deinit(&result->vectors);
  pc_splicing_deinit(&result->splicing);
}

static enum pc_status merge_model(struct pc_result *result,
                                  const struct pc_bytes *model,
                                  uint32_t first)
{
  if (!model->size || first > result->model_first)
    return PC_OK;
  result->model_first = first;
  pc_bytes_clear(&result->model);
  return pc_bytes_append(&result->model, model->data, model->size);
}

enum pc_status pc_result_merge(struct pc_result *result,
                               const struct pc_embeddings *answer,
                               uint32_t first)
{
  enum pc_status status = merge_model(result, &answer->model, first);

  if (status != PC_OK)
    return status;
  result->usage.prompt_tokens += answer->usage.prompt_tokens;
  result->usage.total_tokens += answer->usage.total_tokens;
  return pc_embeddings_copy_rows(answer, &result->vectors, first);
}
