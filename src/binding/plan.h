/*
 * plan.h - what a call is to do, read from the arguments JavaScript gives.
 *
 * Readers that answer false have already thrown and left nothing behind.
 * Thread: the environment's.
 */
#ifndef PC_BINDING_PLAN_H
#define PC_BINDING_PLAN_H

#include <node_api.h>
#include <stdbool.h>

#include "engine/job.h"

/* The arguments of submit and splice. */
enum pc_plan_argument {
  PC_ARG_ENGINE,
  PC_ARG_KIND, /* enum pc_kind, or with splice enum pc_splice_form */
  PC_ARG_NUMBERS,
  PC_ARG_WORDS,  /* enum pc_word */
  PC_ARG_INPUTS, /* strings, or with splice a buffer */
  PC_ARG_HANDLER,
  PC_ARG_COUNT
};

/* A call with inputs. *plan must be zero. */
bool pc_plan_read(napi_env env,
                  const napi_value *arguments,
                  struct pc_job_plan *plan);

/*
 * A call with a body, whose memory must stay the same until the call has ended.
 * *plan must be zero.
 */
bool pc_plan_read_splice(napi_env env,
                         const napi_value *arguments,
                         struct pc_job_plan *plan);

#endif
