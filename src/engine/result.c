#include "engine/result.h"

enum { MODEL_CEILING = 64 * 1024 };

void pc_result_init(struct pc_result *result, uint32_t input_count)
{
  *result = (struct pc_result){.model_first = UINT32_MAX};
  pc_bytes_init(&result->model, MODEL_CEILING);
  pc_vectors_init(&result->vectors, input_count);
}

void pc_result_deinit(struct pc_result *result)
{
  pc_bytes_deinit(&result->model);
  pc_vectors_deinit(&result->vectors);
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

void pc_result_fill_gaps(struct pc_result *result)
{
  pc_vectors_fill_gaps(&result->vectors);
}
