/*
 * joined_body.h - the large body of a spliced call, read piece by piece.
 *
 * Its memory stays ours: as buffers of V8 the 22 MB of one answer set off a
 * garbage collection of 5 to 15 ms several times per answer. Copying a piece
 * that is about to be written costs a tenth of writing it.
 * Thread: the environment's.
 */
#ifndef PC_BINDING_JOINED_BODY_H
#define PC_BINDING_JOINED_BODY_H

#include <node_api.h>
#include <stddef.h>

#include "wire/splice/join.h"

/* Bytes of the whole body. */
size_t pc_joined_body_size(const struct pc_splice_join *join);

/* Copies all of it into one Buffer; undefined when V8 cannot make it. */
napi_value pc_joined_body_copy(napi_env env,
                               const struct pc_splice_join *join,
                               size_t size);

/* Takes the chunks' memory; undefined when there is no memory for a handle. */
napi_value pc_joined_body_make(napi_env env, struct pc_splice_join *join);

/* readBody(body, buffer) -> bytes that were put there, 0 at the end */
napi_value pc_joined_body_read(napi_env env, napi_callback_info info);

/* closeBody(body): lets go of what was not read */
napi_value pc_joined_body_close(napi_env env, napi_callback_info info);

#endif
