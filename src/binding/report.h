/*
 * report.h - an ended job as JavaScript objects: its failure, its summary.
 *
 * Thread: the environment's.
 */
#ifndef PC_BINDING_REPORT_H
#define PC_BINDING_REPORT_H

#include <node_api.h>

#include "engine/job.h"

/* { code, message, … }, or undefined when nothing failed. */
napi_value pc_report_failure(napi_env env, const struct pc_failure *failure);

/* { batches, vectors, … }; takes the vectors out of the job. */
napi_value pc_report_summary(napi_env env, struct pc_job *job);

#endif
