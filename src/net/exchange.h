/*
 * exchange.h - one HTTP exchange: a request that leaves, an answer that comes.
 *
 * Sends what it is told, gathers the head, hands the body on as it arrives and
 * says how it ended. Redirects are followed within the same origin only, so
 * the key never reaches another host. Runs on one of libcurl's easy handles,
 * which a free list keeps for the next exchange. Thread: engine.
 */
#ifndef PC_NET_EXCHANGE_H
#define PC_NET_EXCHANGE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/queue.h"
#include "base/status.h"
#include "base/texts.h"
#include "net/counters.h"
#include "net/reactor.h"
#include "net/target.h"
#include "net/transport.h"

/* What is sent. */
struct pc_exchange_order {
  const struct pc_target *target; /* kept until done */
  struct pc_text body;            /* kept until done */
  uint64_t timeout_ms;            /* from now to the last byte */
  uint64_t deadline_ms;           /* since 1970, told to the server */
  bool looks_up; /* a new connection forgets what address is known */
  char request_id[PC_REQUEST_ID_SIZE];
};

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

/* What the exchanges of one engine share. All but `idle` is kept. */
struct pc_exchanges {
  struct pc_reactor *reactor;
  const struct pc_transport *transport;
  const struct pc_exchange_events *events;
  struct pc_counters *counters;
  struct pc_queue idle; /* free list */
};

struct pc_exchange {
  struct pc_exchange_order order;   /* set by the owner before the start */
  long http_status;                 /* of the final answer, 0 before it */
  struct pc_bytes head;             /* its raw status line and headers */
  char error_text[CURL_ERROR_SIZE]; /* libcurl's words, "" for none */
  bool is_nameless;                 /* no address was found for the host */
  /* Private from here on. */
  struct pc_link link; /* in pc_exchanges.idle */
  struct pc_exchanges *shared;
  void *owner;
  CURL *easy;
  uint64_t target_serial; /* of the target the handle is set up for, 0 none */
  uint64_t started_ns;
  enum pc_method method; /* of the last hop */
  unsigned redirects;
  bool is_attached;
  bool is_on_new;         /* sent again, and not on a kept connection */
  bool is_plain;          /* the target's connections, see pc_sockets_open */
  bool is_forbidden;      /* an address of the target's host was not public */
  bool is_head_whole;     /* its empty line has come */
  bool has_body;          /* a piece of it has come */
  enum pc_status refusal; /* why a callback stopped the exchange */
  struct pc_header_line lines[PC_OWN_HEADER_COUNT];
};

/* Is the answer that arrives, or has arrived, one with a status of 2xx? */
static inline bool pc_exchange_is_success(const struct pc_exchange *exchange)
{
  return exchange->http_status >= 200 && exchange->http_status <= 299;
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

/* Ends every exchange of the free list. */
void pc_exchange_destroy_idle(struct pc_exchanges *shared);

/* For pc_reactor_init: the handle of `exchange` has finished. */
void pc_exchange_on_finished(void *exchange, CURLcode result);

#endif
