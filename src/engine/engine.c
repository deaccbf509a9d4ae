/*
 * DESIGN. Two threads meet here, the owner's and the engine's.
 *
 *   owner  ──inbox──▶ engine     jobs submitted, supplied, cancelled; lock +
 *                                wake-up
 *   owner ◀─outcomes─ engine     on_outcomes, once per turn; the owner's lock
 *
 * Shared, and how it is guarded:
 *   inbox.submitted, .cancelled, .is_stopping, .is_awake  inbox.lock
 *   the links and flags in struct pc_job that say so      inbox.lock
 *   pc_job.reference_count, pc_job.progress               atomic
 *   pc_context.counters                                    atomic
 *   pc_endpoints.reference_count, its endpoints' counters  atomic
 *   context.reactor     pc_reactor_wake, under inbox.lock while is_awake
 * Everything else belongs to the owner before submit and after the end, and to
 * the engine's thread between. The inbox is emptied whole under the lock and
 * worked on unlocked; the engine is woken only when its inbox was empty. What
 * the engine shares with the thread of its own, decoder.h tells.
 *
 * An engine that has had nothing to do for a while ends its thread, with all
 * that this one has opened and allocated; the next job starts another. The
 * thread takes its leave under the lock and with an empty inbox, so that no job
 * is left behind: is_awake says whether it will look into the inbox again.
 */
#include "engine/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/thread.h"
#include "engine/attempt.h"
#include "engine/context.h"
#include "engine/origin.h"
#include "engine/probing.h"
#include "engine/reader.h"
#include "engine/request.h"

struct inbox {
  pthread_mutex_t lock;
  struct pc_queue submitted;
  struct pc_queue cancelled;
  bool is_stopping;
  bool is_awake;
};

struct pc_engine {
  struct inbox inbox;
  struct pc_transport transport;
  pc_engine_outcomes_fn *on_outcomes;
  void *on_outcomes_context;
  struct pc_context context; /* the engine thread's */
  struct pc_alarm *idle_alarm;
  uint64_t idle_ms; /* after which the thread ends */
  bool is_awaited;  /* the engine thread's: its owner waits for its end */
  bool has_thread;  /* the creator's: one that was not joined */
  pthread_t thread;
};

static void flush_outcomes(struct pc_engine *engine)
{
  struct pc_queue *outcomes = &engine->context.outcomes;

  if (!pc_queue_is_empty(outcomes))
    engine->on_outcomes(engine->on_outcomes_context, outcomes);
}

static void close_reactor(struct pc_engine *engine)
{
  pc_origin_rest_all(&engine->context);
  pc_probing_rest_all(&engine->context);
  pc_exchanges_close(&engine->context.exchanges);
  pc_exchanges_close(&engine->context.probes);
  pc_reader_destroy_idle(&engine->context);
  pc_request_destroy_idle(&engine->context);
  pc_decoder_close(&engine->context.decoder);
  pc_reactor_deinit(&engine->context.reactor);
}

/* Call with the lock held: was there nothing for the engine to read? */
static bool is_inbox_empty(const struct inbox *inbox)
{
  return pc_queue_is_empty(&inbox->submitted) &&
         pc_queue_is_empty(&inbox->cancelled);
}

static void on_idle_timeout(void *context)
{
  struct pc_engine *engine = context;
  struct inbox *inbox = &engine->inbox;
  bool is_awake = true;

  pc_alarm_end(&engine->idle_alarm);
  if (!pc_queue_is_empty(&engine->context.jobs))
    return;
  flush_outcomes(engine);
  pthread_mutex_lock(&inbox->lock);
  if (is_inbox_empty(inbox) && !inbox->is_stopping)
    inbox->is_awake = false;
  is_awake = inbox->is_awake;
  pthread_mutex_unlock(&inbox->lock);
  if (!is_awake)
    pc_reactor_end(&engine->context.reactor);
}

static void watch_idleness(struct pc_engine *engine)
{
  if (!pc_queue_is_empty(&engine->context.jobs)) {
    pc_alarm_end(&engine->idle_alarm);
    return;
  }
  if (!engine->idle_alarm &&
      pc_alarm_start(&engine->context.reactor.timers, engine->idle_ms,
                     on_idle_timeout, engine, &engine->idle_alarm) != PC_OK)
    engine->idle_alarm = NULL; /* the next turn tries again */
}

static void on_turn(void *context)
{
  struct pc_engine *engine = context;

  pc_decoder_flush(&engine->context.decoder);
  if (pc_jobs_send(&engine->context))
    pc_reactor_hurry(&engine->context.reactor);
  flush_outcomes(engine);
  watch_idleness(engine);
}

static void cancel_jobs(struct pc_queue *cancelled)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(cancelled)) != NULL) {
    struct pc_job *job = PC_ITEM_OF(link, struct pc_job, cancel_link);

    pc_job_end(job, PC_CANCELLED);
    pc_job_release(job);
  }
}

static void start_jobs(struct pc_engine *engine, struct pc_queue *submitted)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(submitted)) != NULL) {
    struct pc_job *job = PC_ITEM_OF(link, struct pc_job, inbox_link);

    if (!job->engine) {
      pc_job_start(job, &engine->context);
    } else {
      pc_job_take_supplied(job);
      pc_job_release(job);
    }
  }
}

static void end_jobs(struct pc_engine *engine)
{
  struct pc_queue *jobs = &engine->context.jobs;

  while (!pc_queue_is_empty(jobs))
    pc_job_end(PC_ITEM_OF(jobs->head.next, struct pc_job, link), PC_CLOSED);
}

static void read_inbox(struct pc_engine *engine)
{
  struct inbox *inbox = &engine->inbox;
  struct pc_queue submitted;
  struct pc_queue cancelled;
  bool is_stopping = false;

  pc_queue_init(&submitted);
  pc_queue_init(&cancelled);
  pthread_mutex_lock(&inbox->lock);
  pc_queue_move(&submitted, &inbox->submitted);
  pc_queue_move(&cancelled, &inbox->cancelled);
  is_stopping = inbox->is_stopping;
  pthread_mutex_unlock(&inbox->lock);

  start_jobs(engine, &submitted);
  cancel_jobs(&cancelled);
  if (is_stopping) {
    engine->is_awaited = true;
    end_jobs(engine);
    flush_outcomes(engine);
    pc_reactor_end(&engine->context.reactor);
  }
}

/* By another thread, through the inbox or as the decoder: whoever it was. */
static void on_woken(void *context)
{
  struct pc_engine *engine = context;

  pc_decoder_report(&engine->context.decoder);
  read_inbox(engine);
}

static const struct pc_reactor_events reactor_events = {.on_turn = on_turn,
                                                        .on_woken = on_woken};

static void *run(void *context)
{
  struct pc_engine *engine = context;

  pc_reactor_run(&engine->context.reactor);
  close_reactor(engine);
  if (!engine->is_awaited)
    pc_memory_give_back();
  return NULL;
}

enum pc_status pc_engine_create(const struct pc_transport *transport,
                                pc_engine_outcomes_fn *on_outcomes,
                                void *context,
                                struct pc_engine **out)
{
  struct pc_engine *engine = NULL;
  enum pc_status status = pc_reactor_prepare();

  *out = NULL;
  if (status != PC_OK)
    return status;
  engine = calloc(1, sizeof(*engine));
  if (!engine)
    return PC_NO_MEMORY;
  status = pc_transport_copy(transport, &engine->transport);
  if (status != PC_OK) {
    free(engine);
    return status;
  }
  engine->on_outcomes = on_outcomes;
  engine->on_outcomes_context = context;
  engine->idle_ms = PC_ENGINE_IDLE_MS;
  pthread_mutex_init(&engine->inbox.lock, NULL);
  pc_queue_init(&engine->inbox.submitted);
  pc_queue_init(&engine->inbox.cancelled);
  pc_context_init(&engine->context, &engine->transport, &pc_attempt_events,
                  &pc_probing_events);
  *out = engine;
  return PC_OK;
}

void pc_engine_set_idle_ms(struct pc_engine *engine, uint64_t idle_ms)
{
  engine->idle_ms = idle_ms;
}

/* On failure nothing is open. */
static enum pc_status open_reactor(struct pc_engine *engine)
{
  struct pc_context *context = &engine->context;
  enum pc_status status =
      pc_reactor_init(&context->reactor, &reactor_events, engine);

  engine->idle_alarm = NULL;
  if (status == PC_OK)
    pc_decoder_init(&context->decoder, &context->reactor.poller);
  return status;
}

/* Call with the lock held, of an engine that is awake. */
static void
post(struct pc_engine *engine, struct pc_queue *queue, struct pc_link *link)
{
  bool was_empty = is_inbox_empty(&engine->inbox);

  pc_queue_push(queue, link);
  if (was_empty)
    pc_reactor_wake(&engine->context.reactor);
}

/* The job stands in the inbox when the thread begins, which therefore does not
   take its leave before it has seen it. */
static enum pc_status run_thread(struct pc_engine *engine, struct pc_job *job)
{
  struct inbox *inbox = &engine->inbox;
  enum pc_status status = PC_OK;

  pthread_mutex_lock(&inbox->lock);
  inbox->is_awake = true;
  post(engine, &inbox->submitted, &job->inbox_link);
  pthread_mutex_unlock(&inbox->lock);
  status = pc_thread_start(run, engine, &engine->thread);
  if (status == PC_OK)
    return PC_OK;
  pthread_mutex_lock(&inbox->lock);
  inbox->is_awake = false;
  pc_link_remove(&job->inbox_link);
  pthread_mutex_unlock(&inbox->lock);
  return status;
}

/* Was there a thread? */
static bool join_thread(struct pc_engine *engine)
{
  bool has_thread = engine->has_thread;

  if (has_thread)
    pthread_join(engine->thread, NULL);
  engine->has_thread = false;
  return has_thread;
}

/* The engine is not awake: its last thread, if any, ends or has ended. */
static enum pc_status start_thread(struct pc_engine *engine, struct pc_job *job)
{
  enum pc_status status = PC_OK;
  int reason = 0;

  join_thread(engine);
  status = open_reactor(engine);
  if (status != PC_OK)
    return status;
  status = run_thread(engine, job);
  reason = errno;
  engine->has_thread = status == PC_OK;
  if (status != PC_OK)
    close_reactor(engine);
  errno = reason;
  return status;
}

enum pc_status pc_engine_submit(struct pc_engine *engine, struct pc_job *job)
{
  struct inbox *inbox = &engine->inbox;
  bool is_awake = false;

  pthread_mutex_lock(&inbox->lock);
  is_awake = inbox->is_awake;
  if (is_awake)
    post(engine, &inbox->submitted, &job->inbox_link);
  pthread_mutex_unlock(&inbox->lock);
  return is_awake ? PC_OK : start_thread(engine, job);
}

/* The jobs of an engine that is not awake have ended, all of them. */
void pc_engine_supply(struct pc_engine *engine, struct pc_job *job)
{
  struct inbox *inbox = &engine->inbox;

  pthread_mutex_lock(&inbox->lock);
  if (inbox->is_awake) {
    pc_job_keep(job);
    post(engine, &inbox->submitted, &job->inbox_link);
  }
  pthread_mutex_unlock(&inbox->lock);
}

void pc_engine_cancel(struct pc_engine *engine, struct pc_job *job)
{
  struct inbox *inbox = &engine->inbox;

  pthread_mutex_lock(&inbox->lock);
  if (inbox->is_awake && !job->is_cancel_asked) {
    job->is_cancel_asked = true;
    pc_job_keep(job);
    post(engine, &inbox->cancelled, &job->cancel_link);
  }
  pthread_mutex_unlock(&inbox->lock);
}

const struct pc_counters *pc_engine_counters(const struct pc_engine *engine)
{
  return &engine->context.counters;
}

void pc_engine_destroy(struct pc_engine *engine)
{
  struct inbox *inbox = NULL;

  if (!engine)
    return;
  inbox = &engine->inbox;
  pthread_mutex_lock(&inbox->lock);
  inbox->is_stopping = true;
  if (inbox->is_awake)
    pc_reactor_wake(&engine->context.reactor);
  pthread_mutex_unlock(&inbox->lock);
  if (join_thread(engine))
    pc_memory_give_back_soon();
  pc_origin_destroy_all(&engine->context);
  pthread_mutex_destroy(&inbox->lock);
  pc_transport_deinit(&engine->transport);
  free(engine);
}
