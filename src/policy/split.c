#include "policy/split.h"

void pc_split_init(struct pc_split *split,
                   uint32_t max_items,
                   uint64_t max_chars)
{
  *split = (struct pc_split){.max_items = max_items, .max_chars = max_chars};
}

static bool joins_open_batch(const struct pc_split *split, uint64_t chars)
{
  if (!split->items || split->items >= split->max_items)
    return false;
  return !split->max_chars || split->chars + chars <= split->max_chars;
}

bool pc_split_begins_batch(struct pc_split *split, uint64_t chars)
{
  bool joins = joins_open_batch(split, chars);

  split->items = joins ? split->items + 1 : 1;
  split->chars = joins ? split->chars + chars : chars;
  return !joins;
}
