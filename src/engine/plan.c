#include "engine/plan.h"

#include "engine/endpoints.h"
#include "policy/batching.h"
#include "wire/json/chars.h"

void pc_plan_deinit(struct pc_job_plan *plan)
{
  pc_texts_deinit(&plan->words);
  pc_texts_deinit(&plan->inputs);
  pc_texts_deinit(&plan->places);
  pc_endpoints_release(plan->endpoints);
  plan->endpoints = NULL;
}

struct pc_text pc_plan_word(const struct pc_job_plan *plan, enum pc_word word)
{
  struct pc_text text = pc_texts_at(&plan->words, (uint32_t)word);

  text.size--; /* without its NUL */
  return text;
}

bool pc_plan_is_final(const struct pc_job_plan *plan, long http_status)
{
  for (uint32_t i = 0; i < plan->final_status_count; i++)
    if (plan->final_statuses[i] == http_status)
      return true;
  return false;
}

static uint64_t chars_of(const struct pc_job_plan *plan, uint32_t input)
{
  if (plan->frame.is_json)
    return pc_json_chars_count(pc_texts_at(&plan->inputs, input));
  return pc_texts_chars(&plan->inputs, input);
}

uint32_t pc_plan_batches(const struct pc_job_plan *plan, uint32_t *starts)
{
  const struct pc_preference *preference = &plan->preference;
  struct pc_batching batching = {.max_items = 1};
  uint32_t count = 0;

  if (!plan->are_inputs_bodies) {
    batching.max_items = (uint32_t)preference->batch_size;
    batching.max_chars = (uint64_t)preference->max_chars_per_request;
  }
  for (uint32_t i = 0; i < plan->input_count; i++)
    if (pc_batching_begins(&batching,
                           batching.max_chars ? chars_of(plan, i) : 0))
      starts[count++] = i;
  starts[count] = plan->input_count;
  return count;
}

/* Of inputs at hand, numbered as those are. */
static double
count_tokens(const struct pc_texts *inputs, uint32_t first, uint32_t count)
{
  double tokens = 0;

  if (!inputs->tokens)
    return -1;
  for (uint32_t i = first; i < first + count; i++)
    tokens += inputs->tokens[i];
  return tokens;
}

enum pc_status pc_plan_body(struct pc_job_plan *plan,
                            uint32_t first,
                            uint32_t count,
                            struct pc_bytes *buffer,
                            double *tokens)
{
  *tokens = count_tokens(&plan->inputs, first - plan->inputs_first, count);
  if (plan->are_inputs_bodies && plan->inputs.count == 1) {
    pc_bytes_move(buffer, &plan->inputs.arena);
    return PC_OK;
  }
  return pc_body_write(&plan->frame, &plan->inputs, first - plan->inputs_first,
                       count, buffer);
}

bool pc_plan_has_input(const struct pc_job_plan *plan, uint32_t input)
{
  return input - plan->inputs_first < plan->inputs.count;
}

bool pc_plan_lacks_inputs(const struct pc_job_plan *plan)
{
  return plan->inputs_first + plan->inputs.count < plan->input_count;
}

void pc_plan_take_inputs(struct pc_job_plan *plan, struct pc_texts *inputs)
{
  plan->inputs_first += plan->inputs.count;
  pc_texts_deinit(&plan->inputs);
  plan->inputs = *inputs;
  *inputs = (struct pc_texts){0};
}
