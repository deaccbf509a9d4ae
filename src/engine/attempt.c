#include "engine/attempt.h"

#include <stdlib.h>

static bool is_success(long http_status)
{
  return http_status >= 200 && http_status <= 299;
}

static void on_begin(void *context)
{
  struct pc_attempt *attempt = context;

  if (pc_answer_begin(&attempt->answer) != PC_OK)
    attempt->transfer->refusal = PC_NO_MEMORY;
}

/* Read to its end, or not worth to be received any further. */
static void on_decoded(void *context)
{
  struct pc_attempt *attempt = context;
  enum pc_status status = PC_OK;

  pc_decoding_finish(attempt->decoding, &attempt->answer.embeddings);
  attempt->decoding = NULL;
  status = pc_answer_finish(&attempt->answer);
  if (pc_transfer_is_running(attempt->transfer))
    pc_transfer_refuse(attempt->transfer, status);
  else
    attempt->on_done(attempt, status);
}

static void decode_elsewhere(struct pc_attempt *attempt)
{
  attempt->decoding =
      pc_decoding_create(&attempt->engine->decoder, &attempt->answer.embeddings,
                         on_decoded, attempt);
}

static enum pc_status on_body(void *context, const char *data, size_t size)
{
  struct pc_attempt *attempt = context;

  pc_counter_add(attempt->received_bytes, size);
  attempt->answer.is_error = !is_success(attempt->transfer->http_status);
  if (!attempt->decoding && pc_answer_is_large(&attempt->answer))
    decode_elsewhere(attempt);
  if (attempt->decoding)
    return pc_decoding_feed(attempt->decoding, data, size);
  return pc_answer_feed(&attempt->answer, data, size);
}

static void on_done(void *context, enum pc_status status)
{
  struct pc_attempt *attempt = context;

  pc_transfer_count(attempt->transfer, &attempt->engine->counters);
  if (status == PC_OK && attempt->decoding) {
    /* on_decoded goes on. */
    pc_decoding_end(attempt->decoding);
    return;
  }
  if (status == PC_OK && !is_success(attempt->transfer->http_status))
    status = PC_HTTP_ERROR;
  else if (status == PC_OK)
    status = pc_answer_finish(&attempt->answer);
  attempt->on_done(attempt, status);
}

static const struct pc_transfer_events events = {
    .on_begin = on_begin, .on_body = on_body, .on_done = on_done};

static void destroy(struct pc_attempt *attempt)
{
  pc_transfer_destroy(attempt->transfer);
  pc_answer_deinit(&attempt->answer);
  free(attempt);
}

static struct pc_attempt *make_attempt(struct pc_context *engine)
{
  struct pc_attempt *attempt = calloc(1, sizeof(*attempt));

  if (!attempt)
    return NULL;
  attempt->engine = engine;
  pc_answer_init(&attempt->answer);
  if (pc_transfer_create(&engine->reactor, engine->transport, &events, attempt,
                         &attempt->transfer) != PC_OK) {
    destroy(attempt);
    return NULL;
  }
  return attempt;
}

struct pc_attempt *pc_attempt_take(struct pc_context *engine)
{
  struct pc_link *idle = pc_queue_pop(&engine->idle_attempts);

  if (idle)
    return PC_ITEM_OF(idle, struct pc_attempt, link);
  return make_attempt(engine);
}

void pc_attempt_release(struct pc_attempt *attempt)
{
  if (!attempt)
    return;
  pc_transfer_abort(attempt->transfer);
  pc_decoding_drop(attempt->decoding);
  attempt->decoding = NULL;
  pc_answer_trim(&attempt->answer);
  pc_queue_push_front(&attempt->engine->idle_attempts, &attempt->link);
}

enum pc_status pc_attempt_start(struct pc_attempt *attempt,
                                const struct pc_transfer_order *order)
{
  enum pc_status status = pc_answer_begin(&attempt->answer);

  if (status != PC_OK)
    return status;
  return pc_transfer_start(attempt->transfer, order);
}

void pc_attempt_destroy_idle(struct pc_context *engine)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(&engine->idle_attempts)) != NULL)
    destroy(PC_ITEM_OF(link, struct pc_attempt, link));
}
