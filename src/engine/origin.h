/*
 * origin.h - one server (scheme, host, port) as all calls of an engine see it.
 *
 * The jobs that ask it wait here while it is closed to them, that is
 *
 *  - during a cool-down, which a server begins that answers 429 or 503 and says
 *    when to come back;
 *  - at the very start, when its name has to be looked up: one request goes
 *    ahead as a scout, so that not every request looks it up for itself. The
 *    next goes when that one has failed, or takes PC_ORIGIN_SCOUTING_MS: its
 *    packet may be lost. All go when the address is known, or that has happened
 *    PC_ORIGIN_LATE_SCOUTS times;
 *  - while as many requests are in flight, or have left of late, as it takes:
 *    by its refusals, or by a quota that callers know of (quota.h).
 *
 * Those that wait go one after another then, each with one request.
 *
 * A server in trouble is not met by everything that has failed at once: at most
 * PC_ORIGIN_MOST_RETRIES requests are on their way to it as further attempts.
 * The next in the queue gets the place of one that has ended.
 *
 * An origin is remembered when no job asks it any more. Thread: engine.
 */
#ifndef PC_ENGINE_ORIGIN_H
#define PC_ENGINE_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "base/status.h"
#include "engine/context.h"
#include "engine/quota.h"
#include "net/exchange.h"

#define PC_ORIGIN_SCOUTING_MS 1000
#define PC_ORIGIN_LATE_SCOUTS 8
#define PC_ORIGIN_MOST_RETRIES 64

struct pc_origin {
  struct pc_link link; /* in pc_context.origins, the last one taken last */
  struct pc_context *engine;
  struct pc_queue waiting;      /* jobs, by the link they are runnable with */
  struct pc_queue retries;      /* requests that want a place, by ready_link */
  unsigned retry_count;         /* places that are taken */
  struct pc_alarm *cool_alarm;  /* rings at the end of the cool-down */
  struct pc_alarm *scout_alarm; /* rings when a scout is late */
  struct pc_alarm *quota_alarm; /* rings when another request may leave */
  struct pc_quota quota;
  uint64_t cool_until_ns;
  bool is_found;       /* no scouts: the address is known, or too slowly told */
  bool has_scout;      /* in flight, and not late */
  unsigned late_count; /* of scouts, until the address is known */
  bool is_reached;     /* a connection to it has been made, once */
  bool is_warned;      /* the log was told that none could be made */
  bool is_stale;       /* its address was no good */
  unsigned references; /* jobs that ask it */
  size_t name_size;
  char name[]; /* "https://host:port" as the URLs spell it */
};

/* Finds or makes the origin of `url` and gives one reference in *out. */
PC_MUST_CHECK enum pc_status pc_origin_take(struct pc_context *engine,
                                            const char *url,
                                            struct pc_origin **out);

/* NULL is allowed. */
void pc_origin_release(struct pc_origin *origin);

/*
 * What every call to the server may learn of an attempt that has ended,
 * whatever comes of its own: a cool-down, unless there is a longer one; how
 * many requests it takes; and that no connection could be made, of which the
 * log warns once if there never was one.
 */
void pc_origin_learn(struct pc_origin *origin,
                     enum pc_status status,
                     const struct pc_exchange *exchange);

/* Must a request wait? */
bool pc_origin_is_closed(struct pc_origin *origin);

/* May a slow request be sent a second time? */
bool pc_origin_takes_hedges(struct pc_origin *origin);

/* Queues a job for sending, in its turn and when the origin is open. */
void pc_origin_await(struct pc_origin *origin, struct pc_link *job);

/* An attempt leaves, with so many tokens by our estimate. */
void pc_origin_send(struct pc_origin *origin, double tokens);

/* It has ended, however. */
void pc_origin_end(struct pc_origin *origin);

/* A request leaves. Is it the scout, whose end must be told? */
bool pc_origin_sends_scout(struct pc_origin *origin);

/* A request leaves. Has a connection failed since the last one left? */
bool pc_origin_takes_doubt(struct pc_origin *origin);

/*
 * Takes a place for a further attempt; false when none is free. Then the
 * request goes into origin->retries, unless it ends.
 */
bool pc_origin_begin_retry(struct pc_origin *origin);

/*
 * Gives a place up. What is returned has left origin->retries and has the place
 * instead; NULL when none waits.
 */
struct pc_link *pc_origin_end_retry(struct pc_origin *origin);

/* The scout has ended without an address. */
void pc_origin_lose_scout(struct pc_origin *origin);

/* The address is known. */
void pc_origin_find(struct pc_origin *origin);

/* A connection has been made, or a kept one is used. */
void pc_origin_reach(struct pc_origin *origin);

/*
 * Forgets every address, as libcurl does between connections, but none of the
 * origins. No job may be left; alarms end, and cool-downs go on all the same.
 */
void pc_origin_rest_all(struct pc_context *engine);

void pc_origin_destroy_all(struct pc_context *engine);

#endif
