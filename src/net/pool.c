#include "net/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
  MOST_IDLE_OPENERS = 32,
  /* Below the server's usual 60-120 s, so that dead connections are rare. */
  LONGEST_IDLE_MS = 30 * 1000
};

static const uint64_t LONGEST_IDLE_NS =
    (uint64_t)LONGEST_IDLE_MS * PC_NS_PER_MS;

void pc_pool_init(struct pc_pool *pool,
                  struct pc_reactor *reactor,
                  const struct pc_transport *transport)
{
  *pool = (struct pc_pool){.reactor = reactor, .transport = transport};
  pc_queue_init(&pool->places);
  pc_queue_init(&pool->openers);
}

static struct pc_connection *connection_of(struct pc_link *link)
{
  return PC_ITEM_OF(link, struct pc_connection, link);
}

static void close_idle(struct pc_pool *pool, struct pc_connection *connection)
{
  pc_link_remove(&connection->link);
  pc_pool_close(pool, connection);
}

void pc_pool_deinit(struct pc_pool *pool)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(&pool->places)) != NULL) {
    struct pc_place *place = PC_ITEM_OF(link, struct pc_place, link);

    while (!pc_queue_is_empty(&place->idle))
      close_idle(pool, connection_of(place->idle.head.next));
    free(place);
  }
  while ((link = pc_queue_pop(&pool->openers)) != NULL)
    pc_opener_destroy(PC_ITEM_OF(link, struct pc_opener, link));
  pool->idle_opener_count = 0;
  pc_alarm_end(&pool->alarm);
  free(pool->room);
  pool->room = NULL;
}

/* Up to the path, query or end. */
static size_t name_size_of(const char *url)
{
  const char *host = strstr(url, "://");
  const char *start = host ? host + strlen("://") : url;

  return (size_t)(start - url) + strcspn(start, "/?#");
}

static struct pc_place *
find(struct pc_pool *pool, const char *url, size_t name_size)
{
  struct pc_queue *places = &pool->places;

  for (struct pc_link *link = places->head.next; link != &places->head;
       link = link->next) {
    struct pc_place *place = PC_ITEM_OF(link, struct pc_place, link);

    if (place->name_size == name_size &&
        memcmp(place->name, url, name_size) == 0)
      return place;
  }
  return NULL;
}

static struct pc_place *
make(struct pc_pool *pool, const char *url, size_t name_size)
{
  struct pc_place *place = calloc(1, sizeof(*place) + name_size + 1);

  if (!place)
    return NULL;
  place->pool = pool;
  place->is_plain = pc_transport_is_cleartext(url);
  place->name_size = name_size;
  memcpy(place->name, url, name_size);
  pc_queue_init(&place->idle);
  return place;
}

struct pc_place *pc_pool_place(struct pc_pool *pool, const char *url)
{
  size_t name_size = name_size_of(url);
  struct pc_place *place = find(pool, url, name_size);

  if (!place)
    place = make(pool, url, name_size);
  else if (pool->places.head.next != &place->link)
    pc_link_remove(&place->link);
  if (!place)
    return NULL;
  if (!pc_link_is_queued(&place->link))
    pc_queue_push_front(&pool->places, &place->link);
  place->references++;
  return place;
}

/* A place that nobody asks for is forgotten with its last connection. */
static void forget_if_empty(struct pc_place *place)
{
  if (place->references || !pc_queue_is_empty(&place->idle))
    return;
  pc_link_remove(&place->link);
  free(place);
}

void pc_place_release(struct pc_place *place)
{
  if (!place)
    return;
  place->references--;
  forget_if_empty(place);
}

struct pc_connection *pc_place_take(struct pc_place *place)
{
  struct pc_link *link = pc_queue_pop(&place->idle);

  return link ? connection_of(link) : NULL;
}

/* The peer has closed it, or says what nobody has asked for. */
static void on_idle_ready(struct pc_watch *watch, unsigned ready)
{
  struct pc_connection *connection =
      PC_ITEM_OF(watch, struct pc_connection, watch);
  struct pc_place *place = connection->holder;

  (void)ready;
  if (!pc_connection_has_unasked(connection))
    return;
  close_idle(place->pool, connection);
  forget_if_empty(place);
}

/* Closes those that are too old. Gives since when the oldest other is idle,
   UINT64_MAX for none. */
static uint64_t close_old(struct pc_place *place, uint64_t now_ns)
{
  while (!pc_queue_is_empty(&place->idle)) {
    struct pc_connection *oldest = connection_of(place->idle.head.prev);

    if (now_ns - oldest->idle_since_ns < LONGEST_IDLE_NS)
      return oldest->idle_since_ns;
    close_idle(place->pool, oldest);
  }
  return UINT64_MAX;
}

static void on_aged(void *context);

/* Without memory for an alarm they age until the next one that is kept. */
static void await_age(struct pc_pool *pool, uint64_t delay_ms)
{
  if (!pool->alarm && pc_alarm_start(&pool->reactor->timers, delay_ms, on_aged,
                                     pool, &pool->alarm) != PC_OK)
    pool->alarm = NULL;
}

static void on_aged(void *context)
{
  struct pc_pool *pool = context;
  struct pc_queue *places = &pool->places;
  uint64_t now_ns = pc_clock_monotonic_ns();
  uint64_t oldest_ns = UINT64_MAX;
  struct pc_link *next = NULL;

  pc_alarm_end(&pool->alarm);
  for (struct pc_link *link = places->head.next; link != &places->head;
       link = next) {
    struct pc_place *place = PC_ITEM_OF(link, struct pc_place, link);
    uint64_t since_ns = close_old(place, now_ns);

    next = link->next;
    oldest_ns = since_ns < oldest_ns ? since_ns : oldest_ns;
    forget_if_empty(place);
  }
  if (oldest_ns != UINT64_MAX)
    await_age(pool, (oldest_ns + LONGEST_IDLE_NS - now_ns) / PC_NS_PER_MS + 1);
}

void pc_place_keep(struct pc_place *place, struct pc_connection *connection)
{
  connection->is_used = true;
  connection->idle_since_ns = place->pool->reactor->now_ns;
  connection->holder = place;
  connection->watch.on_ready = on_idle_ready;
  pc_queue_push_front(&place->idle, &connection->link);
  await_age(place->pool, LONGEST_IDLE_MS);
}

void pc_pool_close(struct pc_pool *pool, struct pc_connection *connection)
{
  pc_pool_keep_opener(pool, pc_connection_destroy(connection));
}

struct pc_opener *pc_pool_opener(struct pc_pool *pool)
{
  struct pc_link *idle = pc_queue_pop(&pool->openers);

  if (!idle)
    return pc_opener_create(pool->reactor, pool->transport);
  pool->idle_opener_count--;
  return PC_ITEM_OF(idle, struct pc_opener, link);
}

void pc_pool_keep_opener(struct pc_pool *pool, struct pc_opener *opener)
{
  if (!opener)
    return;
  pc_opener_end(opener);
  if (pool->idle_opener_count == MOST_IDLE_OPENERS) {
    pc_opener_destroy(opener);
    return;
  }
  pool->idle_opener_count++;
  pc_queue_push_front(&pool->openers, &opener->link);
}

enum pc_status pc_pool_make_room(struct pc_pool *pool)
{
  if (!pool->room)
    pool->room = malloc(PC_POOL_ROOM_SIZE);
  return pool->room ? PC_OK : PC_NO_MEMORY;
}
