/*
 * job.h - one call: its inputs, its window of running requests, its result.
 *
 * Made on the owner's thread, submitted once, given back by the outcome that
 * ends it. Between those two only the engine's thread may look inside.
 * Reference counted, because a request to cancel may still be on its way when
 * the job ends.
 */
#ifndef PC_ENGINE_JOB_H
#define PC_ENGINE_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "base/status.h"
#include "engine/context.h"
#include "engine/deadline.h"
#include "engine/outcome.h"
#include "engine/plan.h"
#include "engine/preparation.h"
#include "engine/request.h"
#include "engine/window.h"

struct pc_job {
  /* Set before the job is submitted; the engine completes them. */
  struct pc_job_plan plan;
  struct pc_routes routes;
  void *owner; /* for the owner's use */

  /* The engine's, until the end. */
  struct pc_context *engine;
  struct pc_requests requests;
  struct pc_link link;                /* in pc_context.jobs */
  struct pc_preparation *preparation; /* NULL unless it is under way */
  struct pc_window window;            /* of zeros until then */
  struct pc_outcome want;             /* asks for more inputs */
  struct pc_deadline deadline;
  uint32_t answered_count; /* inputs with an answer */
  bool is_over;

  /* The result: the owner's after the end. */
  struct pc_failure failure; /* status PC_OK when the call succeeded */
  struct pc_result result;
  struct pc_outcome end; /* the last outcome */

  /* Shared. */
  struct pc_progress progress; /* atomic */
  atomic_int reference_count;
  struct pc_link inbox_link;  /* guard: the engine's inbox lock */
  struct pc_link cancel_link; /* guard: the engine's inbox lock */
  bool is_cancel_asked;       /* guard: the engine's inbox lock */
  struct pc_texts supplied; /* the owner's until it has supplied them, then the
                               engine's until it asks again */
};

/*
 * Makes a job with one reference and gives it in *out. Takes the texts of
 * `plan`, failure included. PC_INVALID_ARGUMENT fills `fault`. Thread: any.
 */
PC_MUST_CHECK enum pc_status pc_job_create(struct pc_job_plan *plan,
                                           struct pc_fault *fault,
                                           struct pc_job **out);

/* Thread: any. */
void pc_job_keep(struct pc_job *job);

/* Destroys the job with its last reference. NULL is allowed. Thread: any. */
void pc_job_release(struct pc_job *job);

/*
 * The answers may have `bytes` from now on, those of failed attempts included;
 * above, the job ends with PC_OVER_ALLOWANCE. Any number at first. Tells how
 * many they have. Thread: the owner's.
 */
static inline uint64_t pc_job_allow(struct pc_job *job, uint64_t bytes)
{
  atomic_store_explicit(&job->progress.allowed_bytes, bytes,
                        memory_order_relaxed);
  return pc_counter_read(&job->progress.received_bytes);
}

/* From here on, thread: engine. */

/* Splits the inputs and queues the first batches. */
void pc_job_start(struct pc_job *job, struct pc_context *engine);

/* Goes on with the inputs that it has been supplied with, unless it is over. */
void pc_job_take_supplied(struct pc_job *job);

/*
 * Sends requests of runnable jobs in turn, some only: building bodies takes
 * time. Can more be sent, once sockets were looked at?
 */
bool pc_jobs_send(struct pc_context *engine);

/* Ends the job, unless it is over, with its requests aborted. */
void pc_job_end(struct pc_job *job, enum pc_status status);

#endif
