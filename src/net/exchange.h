/*
 * exchange.h - one HTTP exchange: a request that leaves, an answer that comes.
 *
 * Sends what it is told, gathers the head, hands the body on as it arrives and
 * says how it ended, at its deadline at the latest. Redirects are followed
 * within the same origin only, so the key never reaches another host; each is a
 * hop of its own. A free list keeps exchanges with all they hold. Thread:
 * engine.
 */
#ifndef PC_NET_EXCHANGE_H
#define PC_NET_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/queue.h"
#include "base/status.h"
#include "net/counters.h"
#include "net/hop.h"
#include "net/lane.h"
#include "net/pool.h"
#include "net/reactor.h"
#include "net/transfer.h"
#include "net/transport.h"

/* What the owner of an exchange hears. Anything but PC_OK ends it so. */
struct pc_exchange_events {
  /* The address of a new connection is known. */
  void (*on_found)(void *owner);
  /* There is a connection, a new or a kept one, for the request to leave on. */
  void (*on_connected)(void *owner);
  /* An answer begins: what came before (1xx, a redirect) is not the answer. */
  enum pc_status (*on_begin)(void *owner);
  /* A piece of its body, whose http_status is known. PC_HTTP_ERROR: the rest of
     an error answer is not wanted. */
  enum pc_status (*on_body)(void *owner, const char *data, size_t size);
  /*
   * Once per start, unless given up before. PC_OK: a whole answer with a status
   * of 2xx; PC_HTTP_ERROR: with another. The exchange may be started again.
   */
  void (*on_done)(void *owner, enum pc_status status);
};

/* What the exchanges of one engine share. The pointers are kept. */
struct pc_exchanges {
  struct pc_reactor *reactor;
  const struct pc_transport *transport;
  const struct pc_exchange_events *events;
  struct pc_counters *counters;
  struct pc_queue idle; /* free list */
  struct pc_pool pool;
};

struct pc_exchange {
  struct pc_exchange_order order; /* set by the owner before the start */
  struct pc_hop hop;              /* the last one, whose answer is the answer */
  /* Private from here on. */
  struct pc_link link; /* in pc_exchanges.idle */
  struct pc_exchanges *shared;
  void *owner;
  struct pc_lane lane;          /* either this sends a hop */
  struct pc_transfer *transfer; /* or this, NULL until one is needed */
  struct pc_alarm *alarm;       /* under way: rings when its time is up */
  enum pc_status loss;          /* why nothing will be heard of the hop */
  uint64_t started_ns;
  unsigned redirects;
  char *url;   /* of the hop, unless it is the target's */
  char *place; /* where the answer redirects to, NULL for nowhere */
};

/* Is the answer that arrives, or has arrived, one with a status of 2xx? */
static inline bool pc_exchange_is_success(const struct pc_exchange *exchange)
{
  return exchange->hop.http_status >= 200 && exchange->hop.http_status <= 299;
}

/*
 * Takes an exchange from the free list, or makes one; it counts as in flight
 * until it is released. Keeps `owner`. NULL on no memory.
 */
struct pc_exchange *pc_exchange_take(struct pc_exchanges *shared, void *owner);

/* Gives an exchange back, ending it without on_done. NULL is allowed. */
void pc_exchange_release(struct pc_exchange *exchange);

/* Sends its order. On failure nothing was started and on_done is not called. */
PC_MUST_CHECK enum pc_status pc_exchange_start(struct pc_exchange *exchange);

/*
 * Ends an exchange, unless it is done, whose answer need not be received any
 * further: it counts as answered, without on_done.
 */
void pc_exchange_give_up(struct pc_exchange *exchange);

/*
 * Lends why an exchange that is done was no success, in our words or libcurl's.
 * "" for none.
 */
const char *pc_exchange_words(const struct pc_exchange *exchange);

/* Keeps the first four. */
void pc_exchanges_init(struct pc_exchanges *shared,
                       struct pc_reactor *reactor,
                       const struct pc_transport *transport,
                       const struct pc_exchange_events *events,
                       struct pc_counters *counters);

/* Ends every exchange of the free list, and idle connections. None may be in
   use. */
void pc_exchanges_close(struct pc_exchanges *shared);

#endif
