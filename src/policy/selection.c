#include "policy/selection.h"

static const double GOLDEN_SECTION = 0.6180339887498949;

static pc_endpoint_set bit_of(uint32_t endpoint)
{
  return (pc_endpoint_set)1 << endpoint;
}

void pc_selection_init(struct pc_selection *selection,
                       const double *weights,
                       uint32_t count,
                       double start)
{
  *selection = (struct pc_selection){.count = count, .place = start};
  for (uint32_t i = 0; i < count; i++)
    selection->weights[i] = weights[i];
}

pc_endpoint_set pc_selection_all(const struct pc_selection *selection)
{
  return ~(pc_endpoint_set)0 >> (PC_SELECTION_MOST - selection->count);
}

/* Without those that stand by, unless there are no others. */
static pc_endpoint_set active_of(const struct pc_selection *selection,
                                 pc_endpoint_set set)
{
  pc_endpoint_set active = 0;

  for (uint32_t i = 0; i < selection->count; i++)
    if (selection->weights[i] > 0)
      active |= set & bit_of(i);
  return active ? active : set;
}

/* The best there are; *others are as well, though tried. */
static pc_endpoint_set best_of(const struct pc_selection *selection,
                               struct pc_selection_state state,
                               pc_endpoint_set *others)
{
  pc_endpoint_set all = pc_selection_all(selection);
  pc_endpoint_set well = all & state.healthy;

  *others = active_of(selection, well ? well : all);
  if (well & state.pinned) {
    *others = well & state.pinned;
    return *others;
  }
  if (well & ~state.tried)
    return active_of(selection, well & ~state.tried);
  if (!well && all & ~state.tried)
    return active_of(selection, all & ~state.tried);
  return *others;
}

struct pc_selection_answer
pc_selection_ask(const struct pc_selection *selection,
                 struct pc_selection_state state)
{
  pc_endpoint_set others = 0;
  pc_endpoint_set best = best_of(selection, state, &others);
  pc_endpoint_set now = best & state.open;

  return (struct pc_selection_answer){.now = now ? now : others & state.open,
                                      .awaited = best | others};
}

static double weight_of(const struct pc_selection *selection,
                        pc_endpoint_set set)
{
  double sum = 0;

  for (uint32_t i = 0; i < selection->count; i++)
    if (set & bit_of(i))
      sum += selection->weights[i];
  return sum;
}

uint32_t pc_selection_draw(struct pc_selection *selection, pc_endpoint_set set)
{
  double sum = weight_of(selection, set);
  double left = 0;
  uint32_t last = 0;

  selection->place += GOLDEN_SECTION;
  if (selection->place >= 1)
    selection->place -= 1;
  left = selection->place * (sum > 0 ? sum : __builtin_popcountll(set));
  for (uint32_t i = 0; i < selection->count; i++) {
    double weight = sum > 0 ? selection->weights[i] : 1;

    if (!(set & bit_of(i)) || weight <= 0)
      continue;
    last = i;
    if (left < weight)
      break;
    left -= weight;
  }
  return last;
}
