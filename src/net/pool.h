/*
 * pool.h - connections that wait for their next request.
 *
 * By place (scheme, host and port), the one used last first, so that those that
 * are not needed grow old: closed after 30 s, or as soon as the peer says
 * anything or closes it. Proxy, trust and client certificate are the same for
 * all of an engine. Thread: engine.
 */
#ifndef PC_NET_POOL_H
#define PC_NET_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/queue.h"
#include "base/status.h"
#include "net/connection.h"
#include "net/opener.h"
#include "net/reactor.h"
#include "net/timers.h"
#include "net/transport.h"

/* Bytes that one call receives at most. */
#define PC_POOL_ROOM_SIZE (64 * 1024)

struct pc_place {
  struct pc_link link; /* in pc_pool.places, the one asked for last first */
  struct pc_pool *pool;
  struct pc_queue idle; /* connections, the one used last first */
  unsigned references;  /* of those who may give one back */
  bool is_plain;        /* see pc_connection */
  size_t name_size;
  char name[]; /* "https://host:port" as the URLs spell it */
};

struct pc_pool {
  struct pc_reactor *reactor;           /* kept */
  const struct pc_transport *transport; /* kept */
  struct pc_queue places;
  struct pc_queue openers; /* free list */
  unsigned idle_opener_count;
  struct pc_alarm *alarm; /* rings when the oldest may be too old */
  char *room; /* for what is received, until it is read; NULL at first */
};

void pc_pool_init(struct pc_pool *pool,
                  struct pc_reactor *reactor,
                  const struct pc_transport *transport);

/* Closes what is idle; no place may be in use. Ending none is fine. */
void pc_pool_deinit(struct pc_pool *pool);

/* Finds or makes the place of `url` and gives a reference. NULL on no memory.
 */
struct pc_place *pc_pool_place(struct pc_pool *pool, const char *url);

/* NULL is allowed. */
void pc_place_release(struct pc_place *place);

/* Gives an idle connection, NULL for none. */
struct pc_connection *pc_place_take(struct pc_place *place);

/* Takes a connection back, for whoever asks next. */
void pc_place_keep(struct pc_place *place, struct pc_connection *connection);

/* Takes a connection and closes it. */
void pc_pool_close(struct pc_pool *pool, struct pc_connection *connection);

/* Gives an opener, NULL on no memory. */
struct pc_opener *pc_pool_opener(struct pc_pool *pool);

/* Takes an opener back, ending it. NULL is allowed. */
void pc_pool_keep_opener(struct pc_pool *pool, struct pc_opener *opener);

/* Makes the room. PC_NO_MEMORY. */
PC_MUST_CHECK enum pc_status pc_pool_make_room(struct pc_pool *pool);

#endif
