#include "engine/window.h"

#include <stdlib.h>

enum pc_status pc_window_init(struct pc_window *window,
                              struct pc_job_plan *plan)
{
  size_t places = (size_t)plan->input_count + 1;

  *window = (struct pc_window){.plan = plan};
  window->batch_starts = calloc(places, sizeof(*window->batch_starts));
  if (!window->batch_starts)
    return PC_NO_MEMORY;
  window->batch_count = pc_plan_batches(plan, window->batch_starts);
  return PC_OK;
}

void pc_window_deinit(struct pc_window *window)
{
  free(window->batch_starts);
  pc_texts_deinit(&window->coming);
  *window = (struct pc_window){0};
}

uint32_t pc_window_left(const struct pc_window *window)
{
  return window->batch_count - window->next;
}

bool pc_window_has_next(const struct pc_window *window)
{
  return pc_window_left(window) &&
         (window->coming.count ||
          pc_plan_has_input(window->plan, window->batch_starts[window->next]));
}

bool pc_window_take(struct pc_window *window,
                    uint32_t largest,
                    uint32_t *first,
                    uint32_t *count)
{
  uint32_t *start = &window->batch_starts[window->next];

  *first = *start;
  *count = start[1] - *start;
  if (!pc_plan_has_input(window->plan, *first))
    pc_plan_take_inputs(window->plan, &window->coming);
  if (*count > largest) {
    *count = largest;
    *start += largest;
    return false;
  }
  window->next++;
  return true;
}

bool pc_window_asks(struct pc_window *window)
{
  if (window->has_asked || window->coming.count ||
      !pc_plan_lacks_inputs(window->plan))
    return false;
  window->has_asked = true;
  return true;
}

void pc_window_supply(struct pc_window *window, struct pc_texts *inputs)
{
  window->coming = *inputs;
  *inputs = (struct pc_texts){0};
  window->has_asked = false;
}
