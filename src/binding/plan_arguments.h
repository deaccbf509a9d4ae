/*
 * plan_arguments.h - what submit and splice are given, read into a plan.
 *
 * Thread: the environment's.
 */
#ifndef PC_BINDING_PLAN_ARGUMENTS_H
#define PC_BINDING_PLAN_ARGUMENTS_H

#include <node_api.h>
#include <stdbool.h>

#include "engine/plan.h"

/* The arguments of submit and splice. */
enum pc_call_argument {
  PC_ARG_ENGINE,
  PC_ARG_KIND, /* enum pc_kind, or with splice enum pc_splice_form */
  PC_ARG_NUMBERS,
  PC_ARG_WORDS,  /* enum pc_word */
  PC_ARG_INPUTS, /* strings, of PC_POST the first; or with splice a buffer */
  PC_ARG_HANDLER,
  PC_ARG_ENDPOINTS, /* of a pool, or undefined */
  PC_ARG_PLACES,    /* then URL and header lines of each */
  PC_ARG_COUNT_OF_SPLICE,
  PC_ARG_INPUT_COUNT = PC_ARG_COUNT_OF_SPLICE,
  PC_ARG_TOKENS, /* of each of these inputs, if anybody has counted */
  PC_ARG_COUNT
};

/*
 * Reads the arguments of submit into a zeroed plan, or those of splice. False:
 * an exception is pending, and the plan holds nothing.
 */
bool pc_plan_read_texts(napi_env env,
                        const napi_value *arguments,
                        struct pc_job_plan *plan);
bool pc_plan_read_splice(napi_env env,
                         const napi_value *arguments,
                         struct pc_job_plan *plan);

#endif
