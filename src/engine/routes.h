/*
 * routes.h - where the requests of one call may go.
 *
 * A call has one route, or one for each endpoint of its pool: the target of its
 * requests there, and the origin where it waits for its turn. With a pool, each
 * request asks for a route when it is about to leave; policy/selection decides.
 * Made on the owner's thread; then thread: engine.
 */
#ifndef PC_ENGINE_ROUTES_H
#define PC_ENGINE_ROUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "base/status.h"
#include "engine/endpoints.h"
#include "engine/origin.h"
#include "engine/plan.h"
#include "net/target.h"

struct pc_job;

struct pc_route {
  struct pc_link link; /* in pc_context.runnable or pc_origin.waiting */
  struct pc_job *job;
  struct pc_target target;
  struct pc_origin *origin;
  struct pc_endpoint *endpoint; /* NULL without a pool */
  uint32_t number;              /* of the endpoint in its pool */
  char *own_url;                /* of the target, NULL when it is the plan's */
};

struct pc_routes {
  struct pc_endpoints *endpoints; /* kept; NULL without a pool */
  struct pc_route *all;
  uint32_t count;
  struct pc_route only;   /* `all` of a call without a pool */
  bool is_pinning;        /* first attempts all go to one endpoint */
  pc_endpoint_set pinned; /* that one, none before the first */
};

/* What a request brings to the choice. */
struct pc_wish {
  pc_endpoint_set tried;  /* endpoints, by its attempts so far */
  bool is_first;          /* it has made no attempt */
  struct pc_route *asked; /* where it would rather go, or NULL */
};

/*
 * Makes the routes of `job`, whose `plan` they keep. PC_INVALID_ARGUMENT for an
 * unknown method. After a failure pc_routes_deinit is due all the same.
 */
PC_MUST_CHECK enum pc_status pc_routes_init(struct pc_routes *routes,
                                            const struct pc_job_plan *plan,
                                            struct pc_job *job);

/* None may be started. Thread: any. */
void pc_routes_deinit(struct pc_routes *routes);

/* The job begins: takes the origins. On failure pc_routes_end is due. */
PC_MUST_CHECK enum pc_status pc_routes_start(struct pc_routes *routes,
                                             struct pc_context *engine,
                                             const struct pc_job_plan *plan);

/* The job ends: nothing waits for it any more. */
void pc_routes_end(struct pc_routes *routes);

/* All requests go to `path` behind what the plan names, "" for just there. */
PC_MUST_CHECK enum pc_status pc_routes_aim(struct pc_routes *routes,
                                           struct pc_text path);

/* Queues the job for sending such a request, in its turn. */
void pc_routes_await(struct pc_routes *routes, struct pc_wish wish);

/* Lends the route of a request that leaves now; NULL when it has to wait. */
struct pc_route *pc_routes_choose(struct pc_routes *routes,
                                  struct pc_wish wish);

/* Lends the route that a further attempt is to take, open or not. */
struct pc_route *pc_routes_plan(struct pc_routes *routes,
                                pc_endpoint_set tried);

/* Lends the route of a hedge; NULL where none may leave now. */
struct pc_route *pc_routes_hedge(struct pc_routes *routes,
                                 pc_endpoint_set tried);

/* Is there another endpoint that is well and has not been tried? */
bool pc_routes_have_another(const struct pc_routes *routes,
                            pc_endpoint_set tried);

#endif
