/*
 * engine.h - the one thread that runs every HTTP transfer of a client.
 *
 * Only this thread touches libcurl. Others hand it jobs and get outcomes back
 * through on_outcomes; nothing else is shared, so nothing else is locked.
 */
#ifndef PC_ENGINE_ENGINE_H
#define PC_ENGINE_ENGINE_H

#include "base/queue.h"
#include "base/status.h"
#include "engine/job.h"
#include "net/transport.h"

/* Without a job for so long, an engine ends its thread and its connections. */
#define PC_ENGINE_IDLE_MS (10 * 1000)

struct pc_engine;

/*
 * Gives a queue of struct pc_outcome: move them out before returning. Called
 * once per turn of the loop at most. Thread: engine.
 */
typedef void pc_engine_outcomes_fn(void *context, struct pc_queue *outcomes);

/*
 * Makes an engine in *out; it has a thread from the first job on, and none
 * while it is idle. Borrows
 * `transport`, keeps `context`. On failure *out is NULL. Thread: any.
 */
PC_MUST_CHECK enum pc_status
pc_engine_create(const struct pc_transport *transport,
                 pc_engine_outcomes_fn *on_outcomes,
                 void *context,
                 struct pc_engine **out);

/* Another time than PC_ENGINE_IDLE_MS, set before the first job: for tests. */
void pc_engine_set_idle_ms(struct pc_engine *engine, uint64_t idle_ms);

/*
 * Queues `job` and shares it until the outcome that ends it. PC_SYSTEM_ERROR or
 * PC_NO_MEMORY when the thread cannot start: then the job was not queued, and
 * errno says what the system refused. Thread: the creator's.
 */
PC_MUST_CHECK enum pc_status pc_engine_submit(struct pc_engine *engine,
                                              struct pc_job *job);

/*
 * Hands over job->supplied, for which the job has asked; harmless when it has
 * ended. Thread: the creator's.
 */
void pc_engine_supply(struct pc_engine *engine, struct pc_job *job);

/*
 * Asks for `job` to end with PC_CANCELLED; harmless when it has ended. Thread:
 * any, as long as the engine lives.
 */
void pc_engine_cancel(struct pc_engine *engine, struct pc_job *job);

/* Lends what the engine has done so far. Thread: any. */
const struct pc_counters *pc_engine_counters(const struct pc_engine *engine);

/*
 * Ends unfinished jobs with PC_CLOSED, hands over every outcome, joins the
 * thread. NULL is allowed. Thread: the creator's.
 */
void pc_engine_destroy(struct pc_engine *engine);

#endif
