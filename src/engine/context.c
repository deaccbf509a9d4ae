#include "engine/context.h"

/* splitmix64 (Steele, Lea, Flood 2014): spreads waits, guards no secret. */
double pc_context_random(struct pc_context *context)
{
  uint64_t mixed = context->random_state += 0x9e3779b97f4a7c15u;

  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  mixed ^= mixed >> 31;
  return (double)(mixed >> 11) * 0x1p-53;
}
