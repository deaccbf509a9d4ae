/*
 * probing.h - asks the endpoints of pools whether they are well.
 *
 * Each endpoint is probed when a call begins to use its pool, and from then on
 * once an interval while calls do; with none since the last probe the next one
 * is left out, so that an idle client sends nothing. A probe is a GET of each
 * of its checks, one after another, on connections and counters apart from
 * those of calls. Without memory for one it is left out likewise. Thread:
 * engine.
 */
#ifndef PC_ENGINE_PROBING_H
#define PC_ENGINE_PROBING_H

#include "engine/endpoints.h"

#define PC_PROBING_PAUSE_MS 200 /* before a check is tried again */

/* How exchanges reach the probes that own them: for pc_context.probes. */
extern const struct pc_exchange_events pc_probing_events;

/* A call uses the pool, which it keeps until it has left. */
void pc_probing_enter(struct pc_endpoints *endpoints,
                      struct pc_context *engine);
void pc_probing_leave(struct pc_endpoints *endpoints);

/* Ends all probes of an engine that rests. No call may be left. */
void pc_probing_rest_all(struct pc_context *engine);

#endif
