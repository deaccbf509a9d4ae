/*
 * endpoints.h - the endpoints of one pool, as the calls of one engine see them.
 *
 * Each call that goes to the pool keeps it. What is known of an endpoint (is it
 * well, whose turn is it) outlives calls and the engine's thread. Made and read
 * by the owner, worked on by the engine's thread between the start and the end
 * of the calls that keep it.
 */
#ifndef PC_ENGINE_ENDPOINTS_H
#define PC_ENGINE_ENDPOINTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "engine/context.h"
#include "net/counters.h"
#include "policy/health.h"
#include "policy/selection.h"

struct pc_endpoint {
  struct pc_health health; /* the engine's */
  pc_counter ailing;       /* 1 while it is not well */
  pc_counter requests;     /* attempts sent, hedges included */
  pc_counter failures;     /* attempts that brought no checked answer */
  pc_counter retries;      /* of `requests`: further attempts */
  pc_counter hedges;       /* of `requests`: second ones beside slow ones */
  pc_counter in_flight;
};

struct pc_endpoints {
  atomic_int reference_count;
  struct pc_selection selection; /* the engine's */
  uint32_t count;
  struct pc_endpoint all[];
};

/*
 * Makes `count` endpoints with these weights (see pc_selection_init), of which
 * all are well, and gives one reference in *out. Thread: any.
 */
PC_MUST_CHECK enum pc_status pc_endpoints_create(const double *weights,
                                                 uint32_t count,
                                                 struct pc_endpoints **out);

/* Thread: any. */
void pc_endpoints_keep(struct pc_endpoints *endpoints);

/* Destroys them with the last reference. NULL is allowed. Thread: any. */
void pc_endpoints_release(struct pc_endpoints *endpoints);

/* Those that are well. Thread: engine. */
pc_endpoint_set pc_endpoints_healthy(const struct pc_endpoints *endpoints);

/*
 * An attempt has ended so at this endpoint. Whoever waits for another is asked
 * again at the end of the turn, where that changes its health. Thread: engine.
 */
void pc_endpoint_learn(struct pc_endpoint *endpoint,
                       struct pc_context *engine,
                       enum pc_status status,
                       long http_status);

#endif
