/*
 * DESIGN. Two threads meet here, the owner's and the engine's.
 *
 *   owner  ──inbox──▶ engine     submitted and cancelled jobs; lock + uv_async
 *   owner ◀─outcomes─ engine     on_outcomes, once per turn; the owner's lock
 *
 * Shared, and how it is guarded:
 *   inbox.submitted, inbox.cancelled, inbox.is_stopping   inbox.lock
 *   the links and flags in struct pc_job that say so      inbox.lock
 *   pc_job.reference_count, pc_job.progress               atomic
 *   pc_context.counters                                    atomic
 *   inbox.async                                           uv_async_send
 * Everything else belongs to the owner before submit and after the end, and to
 * the engine's thread between. The inbox is emptied whole under the lock and
 * worked on unlocked; the engine is woken only when its inbox was empty. What
 * the engine shares with the thread of its own, decoder.h tells.
 */
#include "engine/engine.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/attempt.h"
#include "engine/context.h"
#include "engine/origin.h"
#include "engine/reader.h"
#include "engine/request.h"

enum {
  /* Batches begun before sockets are looked at again: bodies take time. */
  STARTS_PER_TURN = 64,
  IDLE_TIMEOUT_MS = 30 * 1000
};

struct inbox {
  pthread_mutex_t lock;
  uv_async_t async;
  struct pc_queue submitted;
  struct pc_queue cancelled;
  bool is_stopping;
};

struct pc_engine {
  struct inbox inbox;
  struct pc_transport transport;
  pc_engine_outcomes_fn *on_outcomes;
  void *on_outcomes_context;
  uv_loop_t loop;
  struct pc_context context; /* the engine thread's */
  struct pc_alarm *idle_alarm;
  bool is_idle;    /* the engine thread's: idle, without connections */
  bool is_stopped; /* the engine thread's */
  bool is_started; /* the creator's */
  pthread_t thread;
};

static void flush_outcomes(struct pc_engine *engine)
{
  struct pc_queue *outcomes = &engine->context.outcomes;

  if (!pc_queue_is_empty(outcomes))
    engine->on_outcomes(engine->on_outcomes_context, outcomes);
}

/* With every place taken, the end of a request brings the next turn. */
static void start_requests(struct pc_engine *engine)
{
  struct pc_context *context = &engine->context;
  struct pc_queue *runnable = &context->runnable;

  for (int started = 0; started < STARTS_PER_TURN; started++) {
    struct pc_link *link =
        pc_context_is_full(context) ? NULL : pc_queue_pop(runnable);

    if (!link)
      return;
    pc_job_send_one(PC_ITEM_OF(link, struct pc_job, send_link));
  }
  if (!pc_queue_is_empty(runnable))
    uv_async_send(&engine->inbox.async);
}

/* Connections that idled longer than we reuse them only hold descriptors. */
static void on_idle_timeout(void *context)
{
  struct pc_engine *engine = context;

  pc_alarm_end(&engine->idle_alarm);
  engine->is_idle = true;
  pc_decoder_trim(&engine->context.decoder);
  pc_origin_rest_all(&engine->context);
  if (pc_reactor_drop_connections(&engine->context.reactor) != PC_OK)
    pc_log_line(engine->transport.log_level, PC_LOG_ERROR,
                "no memory to go on after idling");
}

static void watch_idleness(struct pc_engine *engine)
{
  if (!pc_queue_is_empty(&engine->context.jobs)) {
    pc_alarm_end(&engine->idle_alarm);
    engine->is_idle = false;
    return;
  }
  if (engine->idle_alarm || engine->is_idle)
    return;
  if (pc_alarm_start(&engine->context.reactor, IDLE_TIMEOUT_MS, on_idle_timeout,
                     engine, &engine->idle_alarm) != PC_OK)
    engine->idle_alarm = NULL;
}

static void on_turn(void *context)
{
  struct pc_engine *engine = context;

  pc_decoder_flush(&engine->context.decoder);
  start_requests(engine);
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

  while ((link = pc_queue_pop(submitted)) != NULL)
    pc_job_start(PC_ITEM_OF(link, struct pc_job, inbox_link), &engine->context);
}

static void end_jobs(struct pc_engine *engine)
{
  struct pc_queue *jobs = &engine->context.jobs;

  while (!pc_queue_is_empty(jobs))
    pc_job_end(PC_ITEM_OF(jobs->head.next, struct pc_job, link), PC_CLOSED);
}

static void close_loop(struct pc_engine *engine)
{
  engine->is_stopped = true;
  pc_origin_rest_all(&engine->context);
  pc_exchange_destroy_idle(&engine->context.exchanges);
  pc_reader_destroy_idle(&engine->context);
  pc_request_destroy_idle(&engine->context);
  pc_decoder_close(&engine->context.decoder);
  pc_reactor_close(&engine->context.reactor);
  uv_close((uv_handle_t *)&engine->inbox.async, NULL);
}

static void on_inbox(uv_async_t *async)
{
  struct pc_engine *engine = async->data;
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
  if (is_stopping && !engine->is_stopped) {
    end_jobs(engine);
    flush_outcomes(engine);
    close_loop(engine);
  }
}

static void *run(void *context)
{
  struct pc_engine *engine = context;

  uv_run(&engine->loop, UV_RUN_DEFAULT);
  pc_reactor_deinit(&engine->context.reactor);
  pc_memory_give_back();
  return NULL;
}

static void init_context(struct pc_engine *engine)
{
  struct pc_context *context = &engine->context;

  context->transport = &engine->transport;
  pc_queue_init(&context->jobs);
  pc_queue_init(&context->runnable);
  pc_queue_init(&context->outcomes);
  pc_queue_init(&context->origins);
  pc_queue_init(&context->idle_requests);
  pc_queue_init(&context->idle_readers);
  context->exchanges = (struct pc_exchanges){.reactor = &context->reactor,
                                             .transport = context->transport,
                                             .events = &pc_attempt_events,
                                             .counters = &context->counters};
  pc_queue_init(&context->exchanges.idle);
  context->random_state = pc_clock_monotonic_ns() ^ (uintptr_t)engine;
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
  pthread_mutex_init(&engine->inbox.lock, NULL);
  pc_queue_init(&engine->inbox.submitted);
  pc_queue_init(&engine->inbox.cancelled);
  init_context(engine);
  *out = engine;
  return PC_OK;
}

static enum pc_status open_loop(struct pc_engine *engine)
{
  enum pc_status status = PC_OK;

  if (uv_loop_init(&engine->loop) != 0)
    return PC_SYSTEM_ERROR;
  status = pc_reactor_init(&engine->context.reactor, &engine->loop,
                           pc_exchange_on_finished, on_turn, engine);
  if (status == PC_OK)
    status = pc_decoder_init(&engine->context.decoder, &engine->loop);
  if (status == PC_OK &&
      uv_async_init(&engine->loop, &engine->inbox.async, on_inbox) != 0)
    status = PC_SYSTEM_ERROR;
  engine->inbox.async.data = engine;
  return status;
}

/* Signals belong to the process's own threads; only faults and profilers, who
   mean this one, reach it. */
static void choose_blocked(sigset_t *signals)
{
  static const int passed[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                               SIGABRT, SIGTRAP, SIGSYS, SIGPROF};

  sigfillset(signals);
  for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
    sigdelset(signals, passed[i]);
}

static int start_with_signals_blocked(struct pc_engine *engine)
{
  sigset_t blocked;
  sigset_t before;
  int failure = 0;

  choose_blocked(&blocked);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  failure = pthread_create(&engine->thread, NULL, run, engine);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failure;
}

static void abandon_loop(struct pc_engine *engine)
{
  pc_decoder_close(&engine->context.decoder);
  pc_reactor_close(&engine->context.reactor);
  if (engine->inbox.async.loop)
    uv_close((uv_handle_t *)&engine->inbox.async, NULL);
  uv_run(&engine->loop, UV_RUN_DEFAULT);
  pc_reactor_deinit(&engine->context.reactor);
  uv_loop_close(&engine->loop);
}

static enum pc_status start_thread(struct pc_engine *engine)
{
  enum pc_status status = open_loop(engine);
  int reason = status == PC_OK ? start_with_signals_blocked(engine) : errno;

  if (status == PC_OK && reason != 0)
    status = PC_SYSTEM_ERROR;
  engine->is_started = status == PC_OK;
  if (status != PC_OK && engine->context.reactor.loop)
    abandon_loop(engine);
  errno = reason;
  return status;
}

/* Call with the lock held: was there nothing for the engine to read? */
static bool is_inbox_empty(const struct inbox *inbox)
{
  return pc_queue_is_empty(&inbox->submitted) &&
         pc_queue_is_empty(&inbox->cancelled);
}

enum pc_status pc_engine_submit(struct pc_engine *engine, struct pc_job *job)
{
  struct inbox *inbox = &engine->inbox;
  bool was_empty = false;

  if (!engine->is_started) {
    enum pc_status status = start_thread(engine);

    if (status != PC_OK)
      return status;
  }
  pthread_mutex_lock(&inbox->lock);
  was_empty = is_inbox_empty(inbox);
  pc_queue_push(&inbox->submitted, &job->inbox_link);
  pthread_mutex_unlock(&inbox->lock);
  if (was_empty)
    uv_async_send(&inbox->async);
  return PC_OK;
}

void pc_engine_cancel(struct pc_engine *engine, struct pc_job *job)
{
  struct inbox *inbox = &engine->inbox;
  bool was_empty = false;
  bool is_first = false;

  pthread_mutex_lock(&inbox->lock);
  was_empty = is_inbox_empty(inbox);
  is_first = !job->is_cancel_asked;
  if (is_first) {
    job->is_cancel_asked = true;
    pc_job_keep(job);
    pc_queue_push(&inbox->cancelled, &job->cancel_link);
  }
  pthread_mutex_unlock(&inbox->lock);
  if (is_first && was_empty)
    uv_async_send(&inbox->async);
}

const struct pc_counters *pc_engine_counters(const struct pc_engine *engine)
{
  return &engine->context.counters;
}

static void stop_thread(struct pc_engine *engine)
{
  struct inbox *inbox = &engine->inbox;

  pthread_mutex_lock(&inbox->lock);
  inbox->is_stopping = true;
  pthread_mutex_unlock(&inbox->lock);
  uv_async_send(&inbox->async);
  pthread_join(engine->thread, NULL);
  uv_loop_close(&engine->loop);
}

void pc_engine_destroy(struct pc_engine *engine)
{
  if (!engine)
    return;
  if (engine->is_started)
    stop_thread(engine);
  pc_origin_destroy_all(&engine->context);
  pthread_mutex_destroy(&engine->inbox.lock);
  pc_transport_deinit(&engine->transport);
  free(engine);
}
