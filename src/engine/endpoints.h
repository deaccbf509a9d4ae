/*
 * endpoints.h - the endpoints of one pool, as the calls of one engine see them.
 *
 * Each call that goes to the pool keeps it. What is known of an endpoint (is it
 * well, whose turn is it) outlives calls and the engine's thread. Made by the
 * owner; the engine's thread works on it, and any may read its counters.
 */
#ifndef PC_ENGINE_ENDPOINTS_H
#define PC_ENGINE_ENDPOINTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "base/status.h"
#include "base/texts.h"
#include "engine/context.h"
#include "net/counters.h"
#include "net/target.h"
#include "policy/health.h"
#include "policy/selection.h"

#define PC_ENDPOINT_CHECKS_MOST 2

/* The texts of an endpoint, each NUL-terminated. */
enum pc_endpoint_word {
  PC_ENDPOINT_NAME,    /* its base URL, for the log */
  PC_ENDPOINT_HEADERS, /* of probes: lines separated by '\n' */
  PC_ENDPOINT_PATH,    /* URL of its health path, "" for none */
  PC_ENDPOINT_DEEP,    /* URL of its deep check, "" for none */
  PC_ENDPOINT_WORD_COUNT
};

/* The next or the present probe of an endpoint: see probing.h. */
struct pc_probe {
  struct pc_exchange *exchange; /* under way, else NULL */
  struct pc_alarm *alarm;       /* rings for the next try or probe */
  struct pc_probe_tally tally;
  uint64_t began_ns;    /* monotonic, of the last one */
  uint64_t interval_ms; /* from its end to the next */
  bool is_between;      /* the alarm is for the next probe, not a try */
  bool is_wanted;       /* a call has used the pool since the last one */
};

struct pc_endpoint {
  struct pc_endpoints *pool;
  const char *name;
  struct pc_health health;
  struct pc_probe_rules rules;
  struct pc_target checks[PC_ENDPOINT_CHECKS_MOST];
  uint32_t check_count;
  struct pc_probe probe;

  /* Written by the engine's thread, read by any. */
  pc_counter ailing;   /* 1 while it is not well */
  pc_counter requests; /* attempts sent, hedges included */
  pc_counter failures; /* attempts that brought no checked answer */
  pc_counter retries;  /* of `requests`: further attempts */
  pc_counter hedges;   /* of `requests`: second ones beside slow ones */
  pc_counter in_flight;
  pc_counter probed_at_ms; /* since 1970: end of the last probe, 0 for none */
  pc_counter probe_ms;     /* how long that took */
  pc_counter probe_vote;   /* enum pc_vote */
};

struct pc_endpoints {
  atomic_int reference_count;
  struct pc_texts words; /* PC_ENDPOINT_WORD_COUNT of each */
  struct pc_selection selection;
  struct pc_context *engine; /* the only one that works on it, once it does */
  struct pc_link link;       /* in pc_context.pools while probes are due */
  uint32_t users;            /* calls under way */
  uint32_t probing_count;    /* endpoints of which a probe is due */
  uint32_t count;
  struct pc_endpoint all[];
};

/*
 * Makes `count` endpoints with these weights (see pc_selection_init) and rules,
 * of which all are well, and gives one reference in *out. Takes `words`,
 * failure included. Thread: any.
 */
PC_MUST_CHECK enum pc_status
pc_endpoints_create(const double *weights,
                    const struct pc_probe_rules *rules,
                    uint32_t count,
                    struct pc_texts *words,
                    struct pc_endpoints **out);

/* Thread: any. */
void pc_endpoints_keep(struct pc_endpoints *endpoints);

/* Destroys them with the last reference. NULL is allowed. Thread: any. */
void pc_endpoints_release(struct pc_endpoints *endpoints);

/* From here on, thread: engine. */

/* Those that are well. */
pc_endpoint_set pc_endpoints_healthy(const struct pc_endpoints *endpoints);

/*
 * An attempt has ended so at this endpoint; or a probe has. Whoever waits for
 * another is asked again at the end of the turn, where that changes its health.
 */
void pc_endpoint_learn(struct pc_endpoint *endpoint,
                       struct pc_context *engine,
                       enum pc_status status,
                       long http_status);
void pc_endpoint_take_vote(struct pc_endpoint *endpoint,
                           struct pc_context *engine,
                           enum pc_vote vote);

#endif
