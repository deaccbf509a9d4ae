#include "engine/origin.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/retry_after.h"

enum { MOST_REMEMBERED = 64 };

static const uint64_t NS_PER_MS = 1000000;

/* Up to the path, query or end; lib/ has parsed and normalised the URL. */
static size_t name_size_of(const char *url)
{
  const char *host = strstr(url, "://");
  const char *start = host ? host + strlen("://") : url;

  return (size_t)(start - url) + strcspn(start, "/?#");
}

static struct pc_origin *
find(struct pc_context *engine, const char *url, size_t name_size)
{
  struct pc_queue *origins = &engine->origins;

  for (struct pc_link *link = origins->head.next; link != &origins->head;
       link = link->next) {
    struct pc_origin *origin = PC_ITEM_OF(link, struct pc_origin, link);

    if (origin->name_size == name_size &&
        memcmp(origin->name, url, name_size) == 0)
      return origin;
  }
  return NULL;
}

static void destroy(struct pc_origin *origin)
{
  pc_alarm_end(&origin->cool_alarm);
  pc_alarm_end(&origin->scout_alarm);
  pc_alarm_end(&origin->quota_alarm);
  pc_quota_deinit(&origin->quota);
  pc_link_remove(&origin->link);
  free(origin);
}

/* Hosts that callers name freely must not fill the memory. */
static void forget_oldest(struct pc_context *engine)
{
  struct pc_queue *origins = &engine->origins;
  struct pc_origin *oldest = NULL;
  unsigned count = 0;

  for (struct pc_link *link = origins->head.prev; link != &origins->head;
       link = link->prev) {
    struct pc_origin *origin = PC_ITEM_OF(link, struct pc_origin, link);

    count++;
    if (!origin->references)
      oldest = origin;
  }
  if (count >= MOST_REMEMBERED && oldest)
    destroy(oldest);
}

static struct pc_origin *
make(struct pc_context *engine, const char *url, size_t name_size)
{
  struct pc_origin *origin = calloc(1, sizeof(*origin) + name_size + 1);

  if (!origin)
    return NULL;
  origin->engine = engine;
  origin->name_size = name_size;
  pc_quota_init(&origin->quota, &engine->counters);
  memcpy(origin->name, url, name_size);
  pc_queue_init(&origin->waiting);
  pc_queue_init(&origin->retries);
  pc_queue_push(&engine->origins, &origin->link);
  return origin;
}

static bool is_shut(const struct pc_origin *origin)
{
  return origin->cool_alarm || (!origin->is_found && origin->has_scout);
}

bool pc_origin_is_closed(struct pc_origin *origin)
{
  return is_shut(origin) || pc_quota_wait_ns(&origin->quota) > 0;
}

bool pc_origin_takes_hedges(struct pc_origin *origin)
{
  return !is_shut(origin) && pc_quota_takes_hedges(&origin->quota);
}

static void let_go(struct pc_origin *origin);

static void on_quota(void *context)
{
  struct pc_origin *origin = context;

  pc_alarm_end(&origin->quota_alarm);
  let_go(origin);
}

/* Without memory for it, the end of a request or the next job asks again. */
static void await_quota(struct pc_origin *origin, uint64_t left_ns)
{
  if (origin->quota_alarm || pc_queue_is_empty(&origin->waiting))
    return;
  if (pc_alarm_start(&origin->engine->reactor.timers,
                     (left_ns + NS_PER_MS - 1) / NS_PER_MS, on_quota, origin,
                     &origin->quota_alarm) != PC_OK)
    origin->quota_alarm = NULL;
}

/* All that wait; or as many as there is room for, as the others would only
   come back. */
static void let_go(struct pc_origin *origin)
{
  struct pc_queue *runnable = &origin->engine->runnable;
  struct pc_link *job = NULL;
  uint64_t left_ns = 0;

  if (is_shut(origin))
    return;
  left_ns = pc_quota_wait_ns(&origin->quota);
  if (left_ns) {
    if (left_ns != UINT64_MAX)
      await_quota(origin, left_ns);
    return;
  }
  if (!pc_quota_is_limited(&origin->quota)) {
    pc_queue_move(runnable, &origin->waiting);
    return;
  }
  for (uint32_t left = pc_quota_room(&origin->quota);
       left && (job = pc_queue_pop(&origin->waiting)) != NULL; left--)
    pc_queue_push(runnable, job);
}

void pc_origin_await(struct pc_origin *origin, struct pc_link *job)
{
  pc_queue_push(&origin->waiting, job);
  let_go(origin);
}

void pc_origin_send(struct pc_origin *origin, double tokens)
{
  pc_quota_send(&origin->quota, tokens);
}

void pc_origin_end(struct pc_origin *origin)
{
  pc_quota_end(&origin->quota);
  if (!pc_queue_is_empty(&origin->waiting))
    let_go(origin);
}

static void on_cooled_down(void *context)
{
  struct pc_origin *origin = context;

  pc_alarm_end(&origin->cool_alarm);
  let_go(origin);
}

/* Without memory the origin is asked earlier than it wished; no more. */
static void await_cool_down(struct pc_origin *origin, uint64_t now_ns)
{
  uint64_t left_ms =
      (origin->cool_until_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS;

  pc_alarm_end(&origin->cool_alarm);
  if (pc_alarm_start(&origin->engine->reactor.timers, left_ms, on_cooled_down,
                     origin, &origin->cool_alarm) != PC_OK)
    let_go(origin);
}

static void cool_down(struct pc_origin *origin, uint64_t wait_ms)
{
  uint64_t now_ns = pc_clock_monotonic_ns();
  uint64_t until_ns = now_ns + wait_ms * NS_PER_MS;

  if (until_ns <= origin->cool_until_ns)
    return;
  origin->cool_until_ns = until_ns;
  pc_throttle_rest(&origin->quota.throttle, until_ns);
  await_cool_down(origin, now_ns);
}

enum pc_status pc_origin_take(struct pc_context *engine,
                              const char *url,
                              struct pc_origin **out)
{
  size_t name_size = name_size_of(url);
  struct pc_origin *origin = find(engine, url, name_size);
  uint64_t now_ns = 0;

  *out = NULL;
  if (!origin) {
    forget_oldest(engine);
    origin = make(engine, url, name_size);
  }
  if (!origin)
    return PC_NO_MEMORY;
  now_ns = pc_clock_monotonic_ns();
  if (!origin->cool_alarm && origin->cool_until_ns > now_ns)
    await_cool_down(origin, now_ns);
  pc_link_remove(&origin->link);
  pc_queue_push(&engine->origins, &origin->link);
  origin->references++;
  *out = origin;
  return PC_OK;
}

void pc_origin_release(struct pc_origin *origin)
{
  if (origin)
    origin->references--;
}

void pc_origin_find(struct pc_origin *origin)
{
  pc_alarm_end(&origin->scout_alarm);
  origin->is_found = true;
  origin->has_scout = false;
  origin->late_count = 0;
  let_go(origin);
}

static void on_scout_late(void *context)
{
  struct pc_origin *origin = context;

  if (++origin->late_count == PC_ORIGIN_LATE_SCOUTS) {
    pc_origin_find(origin);
    return;
  }
  pc_alarm_end(&origin->scout_alarm);
  pc_origin_lose_scout(origin);
}

bool pc_origin_sends_scout(struct pc_origin *origin)
{
  if (origin->is_found || origin->has_scout)
    return false;
  if (!origin->scout_alarm &&
      pc_alarm_start(&origin->engine->reactor.timers, PC_ORIGIN_SCOUTING_MS,
                     on_scout_late, origin, &origin->scout_alarm) != PC_OK)
    return false;
  origin->has_scout = true;
  return true;
}

bool pc_origin_begin_retry(struct pc_origin *origin)
{
  if (origin->retry_count >= PC_ORIGIN_MOST_RETRIES)
    return false;
  origin->retry_count++;
  return true;
}

struct pc_link *pc_origin_end_retry(struct pc_origin *origin)
{
  struct pc_link *next = pc_queue_pop(&origin->retries);

  if (!next)
    origin->retry_count--;
  return next;
}

void pc_origin_lose_scout(struct pc_origin *origin)
{
  origin->has_scout = false;
  let_go(origin);
}

bool pc_origin_takes_doubt(struct pc_origin *origin)
{
  bool is_stale = origin->is_stale;

  origin->is_stale = false;
  return is_stale;
}

static void miss(struct pc_origin *origin, const char *words)
{
  origin->is_stale = true;
  if (origin->is_reached || origin->is_warned)
    return;
  origin->is_warned = true;
  pc_log_line(origin->engine->transport->log_level, PC_LOG_WARN,
              "no connection to %s so far: %s", origin->name, words);
}

/* Has the server taken one request too many? Then it did no work. */
static bool is_refusal(const struct pc_origin *origin,
                       enum pc_status status,
                       long http_status)
{
  if (status == PC_HTTP_ERROR)
    return http_status == 429 || http_status == 503;
  return status == PC_CONNECT_FAILED && origin->is_reached;
}

void pc_origin_learn(struct pc_origin *origin,
                     enum pc_status status,
                     const struct pc_exchange *exchange)
{
  uint64_t asked_ms = 0;

  if (status == PC_CONNECT_FAILED || status == PC_CONNECT_TIMEOUT)
    miss(origin, exchange->hop.error_text);
  pc_quota_hear(&origin->quota,
                (struct pc_text){.data = exchange->hop.head.data,
                                 .size = exchange->hop.head.size},
                exchange->started_ns);
  if (status == PC_OK)
    pc_quota_answer(&origin->quota);
  if (!is_refusal(origin, status, exchange->hop.http_status))
    return;
  asked_ms = pc_retry_after_ms(exchange->hop.head.data, exchange->hop.head.size,
                               pc_clock_epoch_ms());
  pc_quota_refuse(&origin->quota, exchange->hop.http_status != 429 && !asked_ms,
                  exchange->started_ns);
  if (asked_ms)
    cool_down(origin, asked_ms);
}

void pc_origin_reach(struct pc_origin *origin)
{
  origin->is_reached = true;
}

void pc_origin_rest_all(struct pc_context *engine)
{
  struct pc_queue *origins = &engine->origins;

  for (struct pc_link *link = origins->head.next; link != &origins->head;
       link = link->next) {
    struct pc_origin *origin = PC_ITEM_OF(link, struct pc_origin, link);

    pc_alarm_end(&origin->cool_alarm);
    pc_alarm_end(&origin->scout_alarm);
    pc_alarm_end(&origin->quota_alarm);
    origin->is_found = false;
  }
}

void pc_origin_destroy_all(struct pc_context *engine)
{
  while (!pc_queue_is_empty(&engine->origins))
    destroy(PC_ITEM_OF(engine->origins.head.next, struct pc_origin, link));
}
