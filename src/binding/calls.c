#include "binding/calls.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 64, NO_SLOT = 0, SLOT_BITS = 24 };

static const double SLOT_SPAN = 1 << SLOT_BITS;

void pc_calls_init(struct pc_calls *calls)
{
  *calls = (struct pc_calls){.first_free = NO_SLOT};
}

void pc_calls_deinit(struct pc_calls *calls)
{
  free(calls->slots);
  pc_calls_init(calls);
}

/* Slot 0 is never used, so that 0 can mean "no slot". */
static enum pc_status grow(struct pc_calls *calls)
{
  uint32_t capacity = calls->capacity ? calls->capacity * 2 : FIRST_CAPACITY;
  struct pc_call_slot *slots = NULL;

  if (capacity >= SLOT_SPAN)
    return PC_NO_MEMORY;
  slots = realloc(calls->slots, capacity * sizeof(*slots));
  if (!slots)
    return PC_NO_MEMORY;
  for (uint32_t i = calls->capacity; i < capacity; i++)
    slots[i] = (struct pc_call_slot){
        .next_free = i + 1 < capacity ? i + 1 : (uint32_t)NO_SLOT};
  calls->first_free = calls->capacity ? calls->capacity : 1;
  calls->slots = slots;
  calls->capacity = capacity;
  return PC_OK;
}

enum pc_status
pc_calls_add(struct pc_calls *calls, struct pc_call *call, double *out)
{
  struct pc_call_slot *slot = NULL;

  if (calls->first_free == NO_SLOT) {
    enum pc_status status = grow(calls);

    if (status != PC_OK)
      return status;
  }
  call->slot = calls->first_free;
  slot = &calls->slots[call->slot];
  calls->first_free = slot->next_free;
  slot->call = call;
  slot->generation = (slot->generation + 1) & 0xfffffff;
  calls->count++;
  *out = slot->generation * SLOT_SPAN + call->slot;
  return PC_OK;
}

struct pc_call *pc_calls_find(const struct pc_calls *calls, double number)
{
  double generation = floor(number / SLOT_SPAN);
  double slot = number - generation * SLOT_SPAN;

  if (!(slot >= 1 && slot < calls->capacity))
    return NULL;
  if (calls->slots[(uint32_t)slot].generation != generation)
    return NULL;
  return calls->slots[(uint32_t)slot].call;
}

void pc_calls_remove(struct pc_calls *calls, struct pc_call *call)
{
  struct pc_call_slot *slot = &calls->slots[call->slot];

  slot->call = NULL;
  slot->next_free = calls->first_free;
  calls->first_free = call->slot;
  calls->count--;
}
