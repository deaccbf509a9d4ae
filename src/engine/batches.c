#include "engine/batches.h"

#include "engine/job.h"
#include "policy/split.h"
#include "wire/json/chars.h"

static uint64_t chars_of(const struct pc_job *job, uint32_t input)
{
  if (job->plan.kind == PC_SPLICE)
    return pc_json_chars_count(pc_texts_at(&job->plan.inputs, input));
  return pc_texts_chars(&job->plan.inputs, input);
}

uint32_t pc_batches_plan(const struct pc_job *job, uint32_t *starts)
{
  const struct pc_preference *preference = &job->plan.preference;
  const struct pc_texts *inputs = &job->plan.inputs;
  bool is_single = pc_job_sends_inputs_alone(job);
  uint64_t max_chars = (uint64_t)preference->max_chars_per_request;
  uint32_t count = 0;
  struct pc_split split;

  pc_split_init(&split, is_single ? 1 : (uint32_t)preference->batch_size,
                is_single ? 0 : max_chars);
  for (uint32_t i = 0; i < inputs->count; i++) {
    uint64_t chars = split.max_chars ? chars_of(job, i) : 0;

    if (pc_split_begins_batch(&split, chars))
      starts[count++] = i;
  }
  starts[count] = inputs->count;
  return count;
}
