#include "policy/batching.h"

bool pc_batching_begins(struct pc_batching *batching, uint64_t chars)
{
  bool has_place = batching->items && batching->items < batching->max_items;
  bool has_room =
      !batching->max_chars || batching->chars + chars <= batching->max_chars;
  bool joins = has_place && has_room;

  batching->items = joins ? batching->items + 1 : 1;
  batching->chars = joins ? batching->chars + chars : chars;
  return !joins;
}
