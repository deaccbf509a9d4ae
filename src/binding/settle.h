/*
 * settle.h - outcomes on their way out: told to the JS object of their call.
 *
 * Thread: the environment's.
 */
#ifndef PC_BINDING_SETTLE_H
#define PC_BINDING_SETTLE_H

#include <node_api.h>

/*
 * drain(limit, bytes) -> how many outcomes were told: no more than `limit`, and
 * none when those before it held `bytes`
 */
napi_value pc_settle_drain(napi_env env, napi_callback_info info);

/*
 * release(buffer): frees vectors that were handed over, which otherwise lie
 * until the collector comes round; the buffer is empty from then on
 */
napi_value pc_settle_release(napi_env env, napi_callback_info info);

/* setWake(callback) */
napi_value pc_settle_set_wake(napi_env env, napi_callback_info info);

#endif
