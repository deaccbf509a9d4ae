/*
 * origin.h - one server (scheme, host, port) as all calls of an engine see it.
 *
 * The jobs that ask it wait here while it is closed to them, that is
 *
 *  - during a cool-down, which a server begins that answers 429 or 503 and says
 *    when to come back;
 *  - at the very start, when its name has to be looked up: one request goes
 *    ahead as a scout, so that not every request looks it up for itself. The
 *    next goes when that one has failed, and all of them when the address is
 *    known or PC_ORIGIN_SCOUTING_MS are over;
 *  - while as many requests are in flight, or have left of late, as it takes:
 *    by its refusals (policy/throttle), or by a quota that callers know of.
 *
 * Those that wait go one after another then, each with one request.
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
#include "policy/throttle.h"
#include "policy/token_bucket.h"

#define PC_ORIGIN_SCOUTING_MS 1000

struct pc_origin {
  struct pc_link link; /* in pc_context.origins, the last one taken last */
  struct pc_context *engine;
  struct pc_queue waiting;      /* jobs, by the link they are runnable with */
  struct pc_alarm *cool_alarm;  /* rings at the end of the cool-down */
  struct pc_alarm *scout_alarm; /* rings when scouting has taken too long */
  struct pc_alarm *quota_alarm; /* rings when another request may leave */
  struct pc_throttle throttle;
  struct pc_token_bucket requests; /* that callers allow in a minute */
  struct pc_token_bucket tokens;   /* likewise */
  uint32_t in_flight;              /* attempts */
  uint32_t told_limit;             /* its part of pc_counters.limit */
  uint64_t cool_until_ns;
  bool is_found;       /* no scouts: the address is known, or too slowly told */
  bool has_scout;      /* in flight */
  bool is_reached;     /* a connection to it has been made, once */
  bool is_warned;      /* the log was told that none could be made */
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

/* Begins a cool-down of `wait_ms`, unless there is a longer one. */
void pc_origin_cool_down(struct pc_origin *origin, uint64_t wait_ms);

/* What callers allow in a minute; 0 for no limit. The last word counts. */
void pc_origin_allow(struct pc_origin *origin,
                     double requests_per_minute,
                     double tokens_per_minute);

/* Must a request wait? */
bool pc_origin_is_closed(struct pc_origin *origin);

/* Is it told how many requests it may be sent at once, by its refusals? */
bool pc_origin_is_throttled(const struct pc_origin *origin);

/* Queues a job for sending, in its turn and when the origin is open. */
void pc_origin_await(struct pc_origin *origin, struct pc_link *job);

/* An attempt leaves, with so many tokens by our estimate. */
void pc_origin_send(struct pc_origin *origin, double tokens);

/* It has ended, however. */
void pc_origin_end(struct pc_origin *origin);

/* Before its end: it was answered, or refused as one too many. */
void pc_origin_answer(struct pc_origin *origin);
void pc_origin_refuse(struct pc_origin *origin, uint64_t sent_ns);

/* A request leaves. Is it the scout, whose end must be told? */
bool pc_origin_sends_scout(struct pc_origin *origin);

/* The scout has ended without an address. */
void pc_origin_lose_scout(struct pc_origin *origin);

/* The address is known. */
void pc_origin_find(struct pc_origin *origin);

/* No connection could be made: the log warns once, if there never was one. */
void pc_origin_miss(struct pc_origin *origin, const char *words);

/* A connection has been made, or a kept one is used. */
void pc_origin_reach(struct pc_origin *origin);

/*
 * Forgets every address, as libcurl does between connections, but none of the
 * origins. No job may be left; alarms end, and cool-downs go on all the same.
 */
void pc_origin_rest_all(struct pc_context *engine);

void pc_origin_destroy_all(struct pc_context *engine);

#endif
