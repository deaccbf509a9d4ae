/*
 * counters.h - how far calls are and what engines have done, for JavaScript.
 *
 * Thread: the environment's.
 */
#ifndef PC_BINDING_COUNTERS_H
#define PC_BINDING_COUNTERS_H

#include <node_api.h>

/*
 * progress(number of a call) -> { completed, total, … }, or undefined when the
 * call has ended
 */
napi_value pc_counters_progress(napi_env env, napi_callback_info info);

/* stats(engine) -> { requests, retries, …, statuses: { "200": n } } */
napi_value pc_counters_stats(napi_env env, napi_callback_info info);

#endif
