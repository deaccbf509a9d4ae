/*
 * endpoints_handle.h - the endpoints of a pool as JavaScript holds them.
 *
 * For the calls of one engine only, whose thread alone works on them. Thread:
 * the environment's.
 */
#ifndef PC_BINDING_ENDPOINTS_HANDLE_H
#define PC_BINDING_ENDPOINTS_HANDLE_H

#include <node_api.h>

#include "engine/endpoints.h"

/* createEndpoints(numbers, words): enum pc_endpoint_number and _word of each */
napi_value pc_endpoints_handle_create(napi_env env, napi_callback_info info);

/* endpointStats(endpoints) -> [{ healthy, requests, failures, … }] */
napi_value pc_endpoints_handle_stats(napi_env env, napi_callback_info info);

/* Lends those behind a JS value. NULL: an exception is pending. */
struct pc_endpoints *pc_endpoints_handle_of(napi_env env, napi_value value);

#endif
