/*
 * submit.h - a call on its way in: read, begun, watched, cancelled, ended.
 *
 * Thread: the environment's.
 */
#ifndef PC_BINDING_SUBMIT_H
#define PC_BINDING_SUBMIT_H

#include <node_api.h>

#include "binding/addon.h"

/*
 * submit(engine, kind, numbers, words, inputs, handler, inputCount) -> number
 * of the call. Of PC_POST, `inputs` may be the first of them only.
 */
napi_value pc_submit(napi_env env, napi_callback_info info);

/* supply(number, inputs): the next ones, when handler.onWant has asked. */
napi_value pc_supply(napi_env env, napi_callback_info info);

/* splice(engine, form, numbers, words, body, handler) -> number of the call */
napi_value pc_splice(napi_env env, napi_callback_info info);

/* cancel(number) */
napi_value pc_cancel(napi_env env, napi_callback_info info);

/* progress(number) -> { completed, total, … }, undefined once it has ended */
napi_value pc_progress(napi_env env, napi_callback_info info);

/* allow(number, bytes) -> bytes of its answers until now, 0 once it has ended.
   The engine ends the call when they become more than `bytes`. */
napi_value pc_allow(napi_env env, napi_callback_info info);

/* Forgets a call whose job has ended, and lets go of all it holds. */
void pc_call_end(struct pc_addon *addon, struct pc_call *call);

#endif
