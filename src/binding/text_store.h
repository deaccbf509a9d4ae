/*
 * text_store.h - the inputs of a call to come, handed over piece by piece.
 *
 * A call whose bodies are JSON texts would hold each of them twice, as strings
 * of V8 and as ours, if it had to make all strings before it begins.
 * Thread: the environment's.
 */
#ifndef PC_BINDING_TEXT_STORE_H
#define PC_BINDING_TEXT_STORE_H

#include <node_api.h>
#include <stdbool.h>

#include "base/texts.h"

/* addTexts(store, strings) -> store; a new one where there is none */
napi_value pc_text_store_add(napi_env env, napi_callback_info info);

/* Moves what a store holds into *out, made here; the store is empty then. */
bool pc_text_store_take(napi_env env, napi_value store, struct pc_texts *out);

#endif
