#include "engine/job.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "engine/reader.h"

enum {
  SENT_PER_TURN = 64,
  SENT_SIZE_PER_TURN = 4 * 1024 * 1024, /* of bodies that were built */
  LONG_BODY_SIZE = 2 * 1024 * 1024      /* some 1.2 ms of cutting */
};

static void init(struct pc_job *job)
{
  struct pc_job_plan *plan = &job->plan;

  atomic_init(&job->reference_count, 1);
  atomic_init(&job->progress.allowed_bytes, UINT64_MAX);
  pc_failure_init(&job->failure, PC_OK);
  pc_result_init(&job->result, plan->input_count);
  job->want = (struct pc_outcome){.job = job, .kind = PC_OUTCOME_WANT};
  job->end = (struct pc_outcome){.job = job, .kind = PC_OUTCOME_END};
}

static const struct pc_reader_ops *ops_of(const struct pc_job *job)
{
  return pc_reader_ops_of(job->plan.kind);
}

enum pc_status pc_job_create(struct pc_job_plan *plan,
                             struct pc_fault *fault,
                             struct pc_job **out)
{
  struct pc_job *job = calloc(1, sizeof(*job));
  enum pc_status status = PC_NO_MEMORY;

  *out = NULL;
  if (!job) {
    pc_plan_deinit(plan);
    return PC_NO_MEMORY;
  }
  job->plan = *plan;
  init(job);
  if (job->plan.input_count || ops_of(job)->is_spliced)
    status = pc_routes_init(&job->routes, &job->plan, job);
  else
    status = pc_fault_set(fault, PC_INVALID_ARGUMENT, "there are no inputs");
  if (status == PC_OK)
    job->plan.is_bodiless = job->routes.all[0].target.method == PC_METHOD_HEAD;
  if (status == PC_OK)
    *out = job;
  else
    pc_job_release(job);
  return status;
}

void pc_job_keep(struct pc_job *job)
{
  atomic_fetch_add(&job->reference_count, 1);
}

void pc_job_release(struct pc_job *job)
{
  if (!job || atomic_fetch_sub(&job->reference_count, 1) != 1)
    return;
  pc_routes_deinit(&job->routes);
  pc_plan_deinit(&job->plan);
  pc_texts_deinit(&job->supplied);
  pc_window_deinit(&job->window);
  pc_failure_deinit(&job->failure);
  pc_result_deinit(&job->result);
  free(job);
}

/* The last that the engine knows of the job. */
static void finish(struct pc_job *job)
{
  struct pc_context *engine = job->engine;
  struct pc_fault fault = {{0}};

  job->is_over = true;
  if (job->preparation) {
    (void)pc_preparation_end(&job->preparation, &fault);
    pc_window_deinit(&job->window);
  }
  pc_requests_end(&job->requests);
  pc_deadline_end(&job->deadline);
  pc_routes_end(&job->routes);
  pc_link_remove(&job->link);
  pc_counter_take(&engine->counters.queued, pc_window_left(&job->window));
  pc_log_line(engine->transport->log_level, PC_LOG_INFO,
              "call %s: %s, %u of %u inputs",
              pc_plan_word(&job->plan, PC_WORD_ID_STEM).data,
              pc_status_sentence(job->failure.status), job->answered_count,
              job->plan.input_count);
  pc_queue_push(&engine->outcomes, &job->end.link);
}

static void
end_because(struct pc_job *job, enum pc_status status, const char *detail)
{
  if (job->is_over)
    return;
  pc_failure_deinit(&job->failure);
  pc_failure_init(&job->failure, status);
  snprintf(job->failure.detail, sizeof(job->failure.detail), "%s", detail);
  /* What its thread reads must stay; nobody but a closing engine waits. */
  if (!job->preparation || status == PC_CLOSED)
    finish(job);
}

void pc_job_end(struct pc_job *job, enum pc_status status)
{
  end_because(job, status, "");
}

static void on_struck(void *context)
{
  pc_job_end(context, PC_TOTAL_TIMEOUT);
}

static void ask_for_inputs(struct pc_job *job)
{
  if (pc_window_asks(&job->window))
    pc_queue_push(&job->engine->outcomes, &job->want.link);
}

static bool wants_slot(const struct pc_job *job)
{
  const struct pc_requests *requests = &job->requests;

  return !job->is_over &&
         requests->running_count <
             job->plan.preference.max_concurrent_requests &&
         (!pc_queue_is_empty(&requests->ready) ||
          pc_window_has_next(&job->window));
}

static struct pc_request *next_ready(const struct pc_job *job)
{
  const struct pc_queue *ready = &job->requests.ready;

  return pc_queue_is_empty(ready)
             ? NULL
             : PC_ITEM_OF(ready->head.next, struct pc_request, ready_link);
}

/* Queues the job for sending when it can. */
static void wake(struct pc_job *job)
{
  if (wants_slot(job))
    pc_routes_await(&job->routes, pc_request_wish(next_ready(job)));
}

/* Makes the next planned batch, or as much of it as the server takes. */
static enum pc_status make_next(struct pc_job *job, struct pc_request **out)
{
  uint32_t first = 0;
  uint32_t count = 0;

  if (pc_window_take(&job->window, job->requests.halving.largest, &first,
                     &count))
    pc_counter_take(&job->engine->counters.queued, 1);
  else
    pc_counter_add(&job->progress.batches, 1);
  ask_for_inputs(job);
  return pc_request_create(&job->requests, first, count, out);
}

/*
 * It stays runnable while it can send. With closed origins it waits there, and
 * of those that open one after another some may find nothing left to send.
 * Answers the size of the body that was sent.
 */
static size_t send_one(struct pc_job *job)
{
  struct pc_request *request = next_ready(job);
  struct pc_route *route = NULL;
  enum pc_status status = PC_OK;
  size_t size = 0;

  if (wants_slot(job))
    route = pc_routes_choose(&job->routes, pc_request_wish(request));
  if (!route) {
    wake(job);
    return 0;
  }
  if (request)
    pc_link_remove(&request->ready_link);
  else
    status = make_next(job, &request);
  if (request)
    size = request->body.size;
  if (status == PC_OK)
    pc_request_send(request, route);
  else
    pc_job_end(job, status);
  wake(job);
  return size;
}

/* What waits for an endpoint may do so in vain, or too long. */
static void look_elsewhere(struct pc_context *engine)
{
  struct pc_queue *jobs = &engine->jobs;

  engine->has_news_of_health = false;
  for (struct pc_link *link = jobs->head.next; link != &jobs->head;
       link = link->next)
    wake(PC_ITEM_OF(link, struct pc_job, link));
}

/* With every place taken, the end of a request brings the next turn. */
bool pc_jobs_send(struct pc_context *engine)
{
  size_t size = 0;

  if (engine->has_news_of_health)
    look_elsewhere(engine);
  for (int sent = 0; sent < SENT_PER_TURN && size < SENT_SIZE_PER_TURN;
       sent++) {
    struct pc_link *link =
        pc_context_is_full(engine) ? NULL : pc_queue_pop(&engine->runnable);

    if (!link)
      return false;
    size += send_one(PC_ITEM_OF(link, struct pc_route, link)->job);
  }
  return !pc_queue_is_empty(&engine->runnable);
}

/* The first failure is kept: it is the call's own when no batch succeeds. */
static enum pc_status keep_first_failure(struct pc_job *job,
                                         const struct pc_failure *failure)
{
  if (job->failure.status != PC_OK)
    return PC_OK;
  return pc_failure_copy(failure, &job->failure);
}

static bool is_last_over(const struct pc_job *job)
{
  return !pc_window_left(&job->window) && pc_queue_is_empty(&job->requests.all);
}

static void conclude(struct pc_job *job)
{
  enum pc_status status = PC_OK;

  if (job->answered_count) {
    pc_failure_deinit(&job->failure);
    pc_failure_init(&job->failure, PC_OK);
  }
  if (ops_of(job)->finish_job)
    status = ops_of(job)->finish_job(&job->plan, &job->result);
  if (status == PC_OK)
    finish(job);
  else
    pc_job_end(job, status);
}

/* Takes `outcome`, of which the owner hears unless answers are joined. */
static enum pc_status take_batch(struct pc_job *job, struct pc_outcome *outcome)
{
  bool is_reported =
      outcome->failure ? job->plan.wants_partial : !ops_of(job)->is_spliced;
  enum pc_status status = PC_OK;

  pc_counter_add(&job->progress.completed_batches, 1);
  pc_counter_add(&job->progress.completed_inputs, outcome->count);
  if (outcome->failure)
    status = keep_first_failure(job, outcome->failure);
  else
    job->answered_count += outcome->count;
  if (is_reported)
    pc_queue_push(&job->engine->outcomes, &outcome->link);
  else
    pc_outcome_destroy(outcome);
  return status;
}

static void on_changed(struct pc_job *job,
                       enum pc_status status,
                       struct pc_outcome *outcome)
{
  /* While a job ends its requests, one may get another's place to retry. */
  if (job->is_over)
    return;
  if (outcome)
    status = take_batch(job, outcome);
  if (status != PC_OK)
    pc_job_end(job, status);
  else if (job->failure.status != PC_OK && !job->plan.wants_partial)
    finish(job);
  else if (outcome && is_last_over(job))
    conclude(job);
  else
    wake(job);
}

/* What the requests share, less what follows from the inputs. */
static void init_requests(struct pc_job *job)
{
  job->requests = (struct pc_requests){.engine = job->engine,
                                       .job = job,
                                       .on_changed = on_changed,
                                       .plan = &job->plan,
                                       .routes = &job->routes,
                                       .result = &job->result,
                                       .progress = &job->progress,
                                       .halving = {.largest = UINT32_MAX}};
  pc_queue_init(&job->requests.all);
  pc_queue_init(&job->requests.ready);
}

/* Reads all inputs. Thread: the engine's or that of a preparation. */
static enum pc_status prepare(void *context, struct pc_fault *fault)
{
  struct pc_job *job = context;
  enum pc_status status =
      ops_of(job)->start_job(&job->plan, &job->result, fault);

  return status == PC_OK ? pc_window_init(&job->window, &job->plan) : status;
}

static void count_batches(struct pc_job *job)
{
  const struct pc_preference *preference = &job->plan.preference;
  struct pc_requests *requests = &job->requests;
  uint32_t count = job->window.batch_count;

  pc_counter_add(&job->progress.batches, count);
  pc_counter_add(&job->engine->counters.queued, count);
  requests->retry_budget = pc_retry_budget(count, preference->retry_budget_pct);
  requests->hedge_budget = pc_hedge_budget(count, preference->hedge_delay_ms,
                                           preference->hedge_budget_pct);
}

/* It is prepared, or could not be. */
static void
begin(struct pc_job *job, enum pc_status status, const struct pc_fault *fault)
{
  if (status == PC_OK)
    status = pc_routes_aim(&job->routes, job->plan.path);
  if (status != PC_OK) {
    end_because(job, status, fault->reason);
    return;
  }
  count_batches(job);
  ask_for_inputs(job);
  wake(job);
}

static void on_prepared(void *context)
{
  struct pc_job *job = context;
  struct pc_fault fault = {{0}};
  enum pc_status status = pc_preparation_end(&job->preparation, &fault);

  if (job->failure.status == PC_OK) {
    begin(job, status, &fault);
  } else { /* it was to end meanwhile */
    pc_window_deinit(&job->window);
    finish(job);
  }
}

void pc_job_start(struct pc_job *job, struct pc_context *engine)
{
  struct pc_fault fault = {{0}};
  enum pc_status status = PC_OK;

  job->engine = engine;
  init_requests(job);
  pc_queue_push(&engine->jobs, &job->link);
  status = pc_routes_start(&job->routes, engine, &job->plan);
  if (status == PC_OK)
    status = pc_deadline_start(&job->deadline, &engine->reactor.timers,
                               job->plan.preference.total_timeout_ms, on_struck,
                               job);
  job->requests.deadline_ns = job->deadline.at_ns;
  if (status == PC_OK && job->plan.splice.body.size > LONG_BODY_SIZE)
    job->preparation = pc_preparation_create(&engine->reactor.timers, prepare,
                                             on_prepared, job);
  if (job->preparation)
    return;
  if (status == PC_OK)
    status = prepare(job, &fault);
  begin(job, status, &fault);
}

void pc_job_take_supplied(struct pc_job *job)
{
  if (job->is_over)
    return;
  pc_window_supply(&job->window, &job->supplied);
  wake(job);
}
