#include "engine/endpoints.h"

#include <stdlib.h>

#include "base/clock.h"

/* Two pools of the same endpoints do not begin with the same one. */
static double random_place(const void *of)
{
  uint64_t mixed =
      (pc_clock_monotonic_ns() ^ (uintptr_t)of) * UINT64_C(0x9e3779b97f4a7c15);

  return (double)(mixed >> 11) / (double)(UINT64_C(1) << 53);
}

enum pc_status pc_endpoints_create(const double *weights,
                                   uint32_t count,
                                   struct pc_endpoints **out)
{
  struct pc_endpoints *endpoints =
      calloc(1, sizeof(*endpoints) + count * sizeof(*endpoints->all));

  *out = endpoints;
  if (!endpoints)
    return PC_NO_MEMORY;
  atomic_init(&endpoints->reference_count, 1);
  endpoints->count = count;
  pc_selection_init(&endpoints->selection, weights, count,
                    random_place(endpoints));
  return PC_OK;
}

void pc_endpoints_keep(struct pc_endpoints *endpoints)
{
  atomic_fetch_add(&endpoints->reference_count, 1);
}

void pc_endpoints_release(struct pc_endpoints *endpoints)
{
  if (endpoints && atomic_fetch_sub(&endpoints->reference_count, 1) == 1)
    free(endpoints);
}

pc_endpoint_set pc_endpoints_healthy(const struct pc_endpoints *endpoints)
{
  pc_endpoint_set healthy = 0;

  for (uint32_t i = 0; i < endpoints->count; i++)
    if (pc_health_is_well(&endpoints->all[i].health))
      healthy |= (pc_endpoint_set)1 << i;
  return healthy;
}

static void tell(struct pc_endpoint *endpoint, struct pc_context *engine)
{
  uint64_t ailing = !pc_health_is_well(&endpoint->health);

  if (ailing == pc_counter_read(&endpoint->ailing))
    return;
  atomic_store_explicit(&endpoint->ailing, ailing, memory_order_relaxed);
  engine->has_news_of_health = true;
}

void pc_endpoint_learn(struct pc_endpoint *endpoint,
                       struct pc_context *engine,
                       enum pc_status status,
                       long http_status)
{
  if (status != PC_OK)
    pc_counter_add(&endpoint->failures, 1);
  pc_health_learn(&endpoint->health, status, http_status);
  tell(endpoint, engine);
}
