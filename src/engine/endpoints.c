#include "engine/endpoints.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

/* Two pools of the same endpoints do not begin with the same one. */
static double random_place(const void *of)
{
  uint64_t mixed =
      (pc_clock_monotonic_ns() ^ (uintptr_t)of) * UINT64_C(0x9e3779b97f4a7c15);

  return (double)(mixed >> 11) / (double)(UINT64_C(1) << 53);
}

static const char *word_of(const struct pc_endpoints *endpoints,
                           uint32_t number,
                           enum pc_endpoint_word word)
{
  return pc_texts_at(&endpoints->words,
                     number * PC_ENDPOINT_WORD_COUNT + (uint32_t)word)
      .data;
}

/* A probe is no part of a call: it has none of the headers of its attempts. */
static enum pc_status
add_check(struct pc_endpoint *endpoint, const char *url, const char *headers)
{
  if (!*url)
    return PC_OK;
  return pc_target_init(&endpoint->checks[endpoint->check_count++], url, "GET",
                        headers,
                        PC_OWN_REQUEST_ID | PC_OWN_TIMEOUT | PC_OWN_DEADLINE);
}

static enum pc_status init_endpoint(struct pc_endpoints *endpoints,
                                    uint32_t number,
                                    const struct pc_probe_rules *rules)
{
  struct pc_endpoint *endpoint = &endpoints->all[number];
  const char *headers = word_of(endpoints, number, PC_ENDPOINT_HEADERS);
  enum pc_status status = PC_OK;

  endpoint->pool = endpoints;
  endpoint->name = word_of(endpoints, number, PC_ENDPOINT_NAME);
  endpoint->rules = *rules;
  endpoint->probe.interval_ms = rules->interval_ms;
  status = add_check(endpoint, word_of(endpoints, number, PC_ENDPOINT_PATH),
                     headers);
  if (status == PC_OK)
    status = add_check(endpoint, word_of(endpoints, number, PC_ENDPOINT_DEEP),
                       headers);
  return status;
}

enum pc_status pc_endpoints_create(const double *weights,
                                   const struct pc_probe_rules *rules,
                                   uint32_t count,
                                   struct pc_texts *words,
                                   struct pc_endpoints **out)
{
  struct pc_endpoints *endpoints =
      calloc(1, sizeof(*endpoints) + count * sizeof(*endpoints->all));
  enum pc_status status = PC_OK;

  *out = NULL;
  if (!endpoints) {
    pc_texts_deinit(words);
    return PC_NO_MEMORY;
  }
  atomic_init(&endpoints->reference_count, 1);
  endpoints->words = *words;
  *words = (struct pc_texts){0};
  endpoints->count = count;
  pc_selection_init(&endpoints->selection, weights, count,
                    random_place(endpoints));
  for (uint32_t i = 0; i < count && status == PC_OK; i++)
    status = init_endpoint(endpoints, i, &rules[i]);
  if (status == PC_OK)
    *out = endpoints;
  else
    pc_endpoints_release(endpoints);
  return status;
}

void pc_endpoints_keep(struct pc_endpoints *endpoints)
{
  atomic_fetch_add(&endpoints->reference_count, 1);
}

void pc_endpoints_release(struct pc_endpoints *endpoints)
{
  if (!endpoints || atomic_fetch_sub(&endpoints->reference_count, 1) != 1)
    return;
  for (uint32_t i = 0; i < endpoints->count; i++)
    for (uint32_t check = 0; check < endpoints->all[i].check_count; check++)
      pc_target_deinit(&endpoints->all[i].checks[check]);
  pc_texts_deinit(&endpoints->words);
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

/* Tells of another health than it had. */
static void tell(struct pc_endpoint *endpoint, struct pc_context *engine)
{
  uint64_t ailing = !pc_health_is_well(&endpoint->health);

  if (ailing == pc_counter_read(&endpoint->ailing))
    return;
  pc_counter_put(&endpoint->ailing, ailing);
  engine->has_news_of_health = true;
  pc_log_line(engine->transport->log_level, ailing ? PC_LOG_WARN : PC_LOG_INFO,
              "endpoint %s is %s", endpoint->name,
              ailing ? "unhealthy: others are asked" : "healthy again");
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

void pc_endpoint_take_vote(struct pc_endpoint *endpoint,
                           struct pc_context *engine,
                           enum pc_vote vote)
{
  pc_health_take_vote(&endpoint->health, vote);
  tell(endpoint, engine);
}
