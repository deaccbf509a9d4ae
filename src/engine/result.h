/*
 * result.h - what a call has gathered from its answers, beside their texts.
 *
 * Filled on the engine's thread, the owner's once the job has ended.
 */
#ifndef PC_ENGINE_RESULT_H
#define PC_ENGINE_RESULT_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "wire/answers/embeddings.h"
#include "wire/vectors/vectors.h"

struct pc_result {
  struct pc_vectors vectors; /* one row per input: a vector, or scores */
  struct pc_usage usage;     /* summed */
  struct pc_bytes model;     /* JSON text, of the answer that begins first */
  uint32_t model_first;      /* input with which that answer begins */
};

/* For a call of `input_count` inputs. */
void pc_result_init(struct pc_result *result, uint32_t input_count);

void pc_result_deinit(struct pc_result *result);

/* Adds a whole embeddings answer for the inputs from `first` on. */
PC_MUST_CHECK enum pc_status pc_result_merge(struct pc_result *result,
                                             const struct pc_embeddings *answer,
                                             uint32_t first);

/* Makes rows without an answer NaN, so that no stale memory is shown. */
void pc_result_fill_gaps(struct pc_result *result);

#endif
