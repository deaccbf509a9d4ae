/*
 * calls.h - the calls of one environment that have not ended, by number.
 *
 * JavaScript holds a number, not a pointer: a stale one finds nothing, and no
 * garbage-collected object has to be made per call. Thread: the environment's.
 */
#ifndef PC_BINDING_CALLS_H
#define PC_BINDING_CALLS_H

#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "engine/job.h"

struct pc_engine_handle;

struct pc_call {
  struct pc_job *job;              /* one reference */
  struct pc_engine_handle *engine; /* one reference */
  napi_ref handler;                /* the JS object that hears of the call */
  napi_ref body;     /* of a splice, whose job reads it, or NULL */
  bool wants_inputs; /* the job has asked for more, and was not answered yet */
  uint32_t slot;
};

struct pc_call_slot {
  struct pc_call *call; /* NULL while free */
  uint32_t generation;  /* goes up each time the slot is used */
  uint32_t next_free;
};

struct pc_calls {
  struct pc_call_slot *slots;
  uint32_t capacity;
  uint32_t first_free;
  uint32_t count; /* calls that have not ended */
};

void pc_calls_init(struct pc_calls *calls);

/* The calls themselves must have been removed. */
void pc_calls_deinit(struct pc_calls *calls);

/* Adds `call` and gives its number in *out. */
PC_MUST_CHECK enum pc_status
pc_calls_add(struct pc_calls *calls, struct pc_call *call, double *out);

/* NULL when the number stands for no call that still runs. */
struct pc_call *pc_calls_find(const struct pc_calls *calls, double number);

void pc_calls_remove(struct pc_calls *calls, struct pc_call *call);

#endif
