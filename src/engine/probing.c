#include "engine/probing.h"

#include "base/clock.h"

enum { NS_PER_MS = 1000000 };

static uint64_t elapsed_ms(const struct pc_probe *probe)
{
  return (pc_clock_monotonic_ns() - probe->began_ns) / NS_PER_MS;
}

static bool is_due(const struct pc_probe *probe)
{
  return probe->exchange || probe->alarm;
}

static void end_try(struct pc_probe *probe)
{
  pc_alarm_end(&probe->alarm);
  pc_exchange_release(probe->exchange);
  probe->exchange = NULL;
}

/* No further probe of this endpoint; its pool may be gone afterwards. */
static void rest(struct pc_endpoint *endpoint)
{
  struct pc_endpoints *pool = endpoint->pool;

  end_try(&endpoint->probe);
  if (--pool->probing_count)
    return;
  pc_link_remove(&pool->link);
  pc_endpoints_release(pool);
}

static void on_alarm(void *context);

static void await(struct pc_endpoint *endpoint, uint64_t wait_ms)
{
  struct pc_context *engine = endpoint->pool->engine;

  if (pc_alarm_start(&engine->reactor.timers, wait_ms, on_alarm, endpoint,
                     &endpoint->probe.alarm) != PC_OK)
    rest(endpoint);
}

static enum pc_status start(struct pc_endpoint *endpoint)
{
  struct pc_probe *probe = &endpoint->probe;
  struct pc_exchange *exchange =
      pc_exchange_take(&endpoint->pool->engine->probes, endpoint);

  probe->exchange = exchange;
  if (!exchange)
    return PC_NO_MEMORY;
  exchange->order = (struct pc_exchange_order){
      .target = &endpoint->checks[probe->tally.check],
      .timeout_ms = endpoint->rules.timeout_ms};
  return pc_exchange_start(exchange);
}

static void send_try(struct pc_endpoint *endpoint)
{
  if (start(endpoint) != PC_OK)
    rest(endpoint);
}

/* The probe is over: its endpoint hears what came of it. */
static void conclude(struct pc_endpoint *endpoint)
{
  struct pc_probe *probe = &endpoint->probe;
  enum pc_vote vote = pc_probe_tally_vote(&probe->tally);
  uint64_t took_ms = elapsed_ms(probe);

  probe->interval_ms =
      pc_probe_interval_ms(&endpoint->rules, probe->interval_ms, took_ms);
  if (endpoint->check_count) {
    pc_counter_put(&endpoint->probed_at_ms, pc_clock_epoch_ms());
    pc_counter_put(&endpoint->probe_ms, took_ms);
    pc_counter_put(&endpoint->probe_vote, vote);
  }
  pc_endpoint_take_vote(endpoint, endpoint->pool->engine, vote);
  probe->is_between = true;
  await(endpoint, probe->interval_ms);
}

static void begin(struct pc_endpoint *endpoint)
{
  struct pc_probe *probe = &endpoint->probe;

  probe->tally = (struct pc_probe_tally){0};
  probe->began_ns = pc_clock_monotonic_ns();
  probe->is_wanted = endpoint->pool->users > 0;
  probe->is_between = false;
  if (endpoint->check_count)
    send_try(endpoint);
  else
    conclude(endpoint);
}

static void on_alarm(void *context)
{
  struct pc_endpoint *endpoint = context;
  struct pc_probe *probe = &endpoint->probe;

  pc_alarm_end(&probe->alarm);
  if (!probe->is_between)
    send_try(endpoint);
  else if (probe->is_wanted || endpoint->pool->users)
    begin(endpoint);
  else
    rest(endpoint);
}

static void on_nothing(void *owner)
{
  (void)owner;
}

static enum pc_status on_begin(void *owner)
{
  (void)owner;
  return PC_OK;
}

static enum pc_status on_body(void *owner, const char *data, size_t size)
{
  (void)owner;
  (void)data;
  (void)size;
  return PC_OK;
}

/* A try has ended. */
static void on_done(void *owner, enum pc_status status)
{
  struct pc_endpoint *endpoint = owner;
  struct pc_probe *probe = &endpoint->probe;
  enum pc_vote vote = pc_probe_vote(&endpoint->rules, probe->tally.check,
                                    status, probe->exchange->hop.http_status);

  end_try(probe);
  switch (pc_probe_tally_add(&probe->tally, &endpoint->rules,
                             endpoint->check_count, vote)) {
  case PC_PROBE_AGAIN:
    await(endpoint, PC_PROBING_PAUSE_MS);
    break;
  case PC_PROBE_NEXT:
    send_try(endpoint);
    break;
  case PC_PROBE_OVER:
    conclude(endpoint);
    break;
  }
}

const struct pc_exchange_events pc_probing_events = {.on_found = on_nothing,
                                                     .on_connected = on_nothing,
                                                     .on_begin = on_begin,
                                                     .on_body = on_body,
                                                     .on_done = on_done};

/* The first, or the next one after a pause: then when its interval is over. */
static void resume(struct pc_endpoint *endpoint)
{
  struct pc_probe *probe = &endpoint->probe;
  uint64_t spent_ms = elapsed_ms(probe);

  probe->is_wanted = true;
  if (is_due(probe))
    return;
  if (!endpoint->pool->probing_count++) {
    pc_endpoints_keep(endpoint->pool);
    pc_queue_push(&endpoint->pool->engine->pools, &endpoint->pool->link);
  }
  probe->is_between = true;
  if (!probe->began_ns || spent_ms >= probe->interval_ms)
    await(endpoint, 0);
  else
    await(endpoint, probe->interval_ms - spent_ms);
}

void pc_probing_enter(struct pc_endpoints *endpoints, struct pc_context *engine)
{
  if (endpoints->users++)
    return;
  endpoints->engine = engine;
  for (uint32_t i = 0; i < endpoints->count; i++) {
    struct pc_endpoint *endpoint = &endpoints->all[i];

    for (uint32_t check = 0; check < endpoint->check_count; check++)
      if (!endpoint->checks[check].serial)
        endpoint->checks[check].serial = ++engine->last_serial;
    resume(endpoint);
  }
}

void pc_probing_leave(struct pc_endpoints *endpoints)
{
  endpoints->users--;
}

void pc_probing_rest_all(struct pc_context *engine)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(&engine->pools)) != NULL) {
    struct pc_endpoints *endpoints =
        PC_ITEM_OF(link, struct pc_endpoints, link);

    for (uint32_t i = 0; i < endpoints->count; i++)
      end_try(&endpoints->all[i].probe);
    endpoints->probing_count = 0;
    pc_endpoints_release(endpoints);
  }
}
