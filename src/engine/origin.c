#include "engine/origin.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

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

static struct pc_origin *
make(struct pc_context *engine, const char *url, size_t name_size)
{
  struct pc_origin *origin = calloc(1, sizeof(*origin) + name_size + 1);

  if (!origin)
    return NULL;
  origin->engine = engine;
  origin->name_size = name_size;
  memcpy(origin->name, url, name_size);
  pc_queue_init(&origin->waiting);
  pc_queue_push(&engine->origins, &origin->link);
  return origin;
}

enum pc_status pc_origin_take(struct pc_context *engine,
                              const char *url,
                              struct pc_origin **out)
{
  size_t name_size = name_size_of(url);

  *out = find(engine, url, name_size);
  if (!*out)
    *out = make(engine, url, name_size);
  if (!*out)
    return PC_NO_MEMORY;
  (*out)->references++;
  return PC_OK;
}

static void destroy(struct pc_origin *origin)
{
  pc_alarm_end(&origin->alarm);
  pc_link_remove(&origin->link);
  free(origin);
}

void pc_origin_release(struct pc_origin *origin)
{
  if (origin && --origin->references == 0)
    destroy(origin);
}

static void on_cooled_down(void *context)
{
  struct pc_origin *origin = context;

  pc_alarm_end(&origin->alarm);
  origin->cool_until_ns = 0;
  pc_queue_move(&origin->engine->runnable, &origin->waiting);
  pc_origin_release(origin);
}

void pc_origin_cool_down(struct pc_origin *origin, uint64_t wait_ms)
{
  uint64_t until_ns = pc_clock_monotonic_ns() + wait_ms * NS_PER_MS;
  struct pc_alarm *alarm = NULL;

  if (until_ns <= origin->cool_until_ns)
    return;
  /* Without memory the origin is asked earlier than it wished; no more. */
  if (pc_alarm_start(&origin->engine->reactor, wait_ms, on_cooled_down, origin,
                     &alarm) != PC_OK)
    return;
  if (!origin->alarm)
    origin->references++;
  pc_alarm_end(&origin->alarm);
  origin->alarm = alarm;
  origin->cool_until_ns = until_ns;
}

bool pc_origin_is_cooling(const struct pc_origin *origin)
{
  return origin->alarm != NULL;
}

void pc_origin_destroy_all(struct pc_context *engine)
{
  while (!pc_queue_is_empty(&engine->origins))
    destroy(PC_ITEM_OF(engine->origins.head.next, struct pc_origin, link));
}
