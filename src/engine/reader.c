#include "engine/reader.h"

#include <stdlib.h>

#include "engine/context.h"
#include "engine/decoder.h"
#include "engine/outcome.h"
#include "wire/answers/classify.h"
#include "wire/answers/rerank.h"

enum {
  BODY_CEILING = 512 * 1024 * 1024 - 1024, /* what one V8 string can hold */
  KEPT_TEXT_SIZE = 64 * 1024,              /* of an error or broken answer */
  LARGE_SIZE = 256 * 1024
};

static enum pc_status
keep_beginning(struct pc_reader *reader, const char *data, size_t size)
{
  size_t room = KEPT_TEXT_SIZE - reader->text.size;

  return pc_bytes_append(&reader->text, data, size < room ? size : room);
}

static const char *text_of(const struct pc_reader *reader)
{
  return reader->text.data ? reader->text.data : "";
}

static enum pc_status
gather(struct pc_reader *reader, const char *data, size_t size)
{
  return pc_bytes_append(&reader->text, data, size);
}

static enum pc_status start_framed(struct pc_job_plan *plan,
                                   struct pc_result *result,
                                   struct pc_fault *fault)
{
  (void)result;
  (void)fault;
  plan->frame =
      (struct pc_body_frame){.prefix = pc_plan_word(plan, PC_WORD_PREFIX),
                             .open = pc_plan_word(plan, PC_WORD_OPEN),
                             .close = pc_plan_word(plan, PC_WORD_CLOSE),
                             .suffix = pc_plan_word(plan, PC_WORD_SUFFIX)};
  return PC_OK;
}

/* The answer's head, and its JSON when it has any, go to the owner. */
static enum pc_status put_answer(struct pc_outcome *outcome,
                                 const struct pc_bytes *head,
                                 struct pc_bytes *json,
                                 bool is_ascii)
{
  outcome->is_ascii = is_ascii;
  if (json)
    pc_bytes_move(&outcome->value, json);
  return pc_bytes_append(&outcome->head, head->data, head->size);
}

/* --- embeddings ----------------------------------------------------------- */

static enum pc_status begin_embeddings(struct pc_reader *reader)
{
  return pc_embeddings_expect(&reader->embeddings, reader->count,
                              reader->plan->is_opaque);
}

static enum pc_status finish_embeddings(struct pc_reader *reader)
{
  enum pc_status status = pc_embeddings_finish(&reader->embeddings);

  if (status != PC_OK)
    reader->fault = reader->embeddings.fault;
  return status;
}

/* Read to its end, or not worth to be received any further. */
static void on_decoded(void *context)
{
  struct pc_reader *reader = context;

  pc_decoding_finish(reader->decoding, &reader->embeddings);
  reader->decoding = NULL;
  reader->on_done(reader->owner, finish_embeddings(reader));
}

/* With that much text of them, a second thread pays for vectors. */
static enum pc_status
feed_embeddings(struct pc_reader *reader, const char *data, size_t size)
{
  enum pc_status status = PC_OK;

  if (!reader->decoding && reader->text.size == KEPT_TEXT_SIZE)
    reader->decoding = pc_decoding_create(
        &reader->engine->decoder, &reader->embeddings, on_decoded, reader);
  if (reader->decoding)
    return pc_decoding_feed(reader->decoding, data, size);
  status = keep_beginning(reader, data, size);
  if (status != PC_OK)
    return status;
  status = pc_embeddings_feed(&reader->embeddings, data, size);
  if (status != PC_OK)
    reader->fault = reader->embeddings.fault;
  return status;
}

static enum pc_status deliver_embeddings(struct pc_reader *reader,
                                         const struct pc_bytes *head,
                                         struct pc_result *result,
                                         struct pc_outcome *outcome)
{
  enum pc_status status = put_answer(outcome, head, NULL, false);

  if (status != PC_OK)
    return status;
  return pc_result_merge(result, &reader->embeddings, reader->first);
}

/* --- rerank and classify -------------------------------------------------- */

static enum pc_status finish_rerank(struct pc_reader *reader)
{
  return pc_rerank_read(text_of(reader), reader->text.size, reader->first,
                        reader->count, &reader->scores, &reader->fault);
}

static enum pc_status finish_classify(struct pc_reader *reader)
{
  return pc_classify_read(text_of(reader), reader->text.size, reader->count,
                          &reader->scores, &reader->fault);
}

static enum pc_status deliver_scores(struct pc_reader *reader,
                                     const struct pc_bytes *head,
                                     struct pc_result *result,
                                     struct pc_outcome *outcome)
{
  struct pc_scores *scores = &reader->scores;
  enum pc_status status =
      put_answer(outcome, head, &scores->strings, scores->is_ascii);

  if (status != PC_OK)
    return status;
  return pc_scores_copy_rows(scores, &result->vectors, reader->first);
}

/* --- post ----------------------------------------------------------------- */

static enum pc_status start_post(struct pc_job_plan *plan,
                                 struct pc_result *result,
                                 struct pc_fault *fault)
{
  (void)result;
  (void)fault;
  plan->are_inputs_bodies = true;
  return PC_OK;
}

static enum pc_status begin_post(struct pc_reader *reader)
{
  pc_batch_init(&reader->post);
  return PC_OK;
}

static enum pc_status read_post(struct pc_reader *reader, bool is_last)
{
  enum pc_status status =
      pc_batch_read(&reader->post, text_of(reader), reader->text.size, is_last);

  if (status != PC_OK)
    reader->fault = reader->post.fault;
  return status;
}

static enum pc_status
feed_post(struct pc_reader *reader, const char *data, size_t size)
{
  enum pc_status status = gather(reader, data, size);

  return status == PC_OK ? read_post(reader, false) : status;
}

static enum pc_status finish_post(struct pc_reader *reader)
{
  return reader->plan->is_bodiless ? PC_OK : read_post(reader, true);
}

static enum pc_status deliver_post(struct pc_reader *reader,
                                   const struct pc_bytes *head,
                                   struct pc_result *result,
                                   struct pc_outcome *outcome)
{
  struct pc_batch *answer = &reader->post;

  (void)result;
  if (reader->plan->is_bodiless || answer->is_empty)
    return put_answer(outcome, head, NULL, true);
  pc_bytes_drop_front(&reader->text, pc_batch_start(answer));
  return put_answer(outcome, head, &reader->text, pc_batch_is_ascii(answer));
}

/* --- splice --------------------------------------------------------------- */

static enum pc_status start_splice(struct pc_job_plan *plan,
                                   struct pc_result *result,
                                   struct pc_fault *fault)
{
  return pc_splicing_start(&result->splicing, plan, fault);
}

static enum pc_status finish_splice_job(const struct pc_job_plan *plan,
                                        struct pc_result *result)
{
  return pc_splicing_finish(&result->splicing, plan);
}

static enum pc_status begin_splice(struct pc_reader *reader)
{
  const struct pc_splice_plan *plan = &reader->plan->splice;

  return pc_splice_answer_expect(&reader->splice, plan->form, reader->count,
                                 plan->is_whole);
}

static enum pc_status read_splice(struct pc_reader *reader, bool is_last)
{
  enum pc_status status = pc_splice_answer_read(
      &reader->splice, text_of(reader), reader->text.size, is_last);

  if (status != PC_OK)
    reader->fault = reader->splice.fault;
  return status;
}

static enum pc_status
feed_splice(struct pc_reader *reader, const char *data, size_t size)
{
  enum pc_status status = gather(reader, data, size);

  return status == PC_OK ? read_splice(reader, false) : status;
}

static enum pc_status finish_splice(struct pc_reader *reader)
{
  return read_splice(reader, true);
}

static enum pc_status deliver_splice(struct pc_reader *reader,
                                     const struct pc_bytes *head,
                                     struct pc_result *result,
                                     struct pc_outcome *outcome)
{
  struct pc_splicing *splicing = &result->splicing;
  struct pc_text head_text = {.data = head->data, .size = head->size};
  enum pc_status status = PC_OK;

  if (reader->first == 0)
    status = pc_bytes_append(&splicing->head, head->data, head->size);
  if (status != PC_OK)
    return status;
  return pc_splice_join_add(&splicing->join, &reader->splice, &reader->text,
                            head_text, reader->first, reader->count,
                            outcome->seconds);
}

/* --- all ------------------------------------------------------------------ */

static const struct pc_reader_ops all_ops[PC_KIND_COUNT] = {
    [PC_EMBEDDINGS] = {.start_job = start_framed,
                       .begin = begin_embeddings,
                       .feed = feed_embeddings,
                       .finish = finish_embeddings,
                       .deliver = deliver_embeddings},
    [PC_RERANK] = {.start_job = start_framed,
                   .feed = gather,
                   .finish = finish_rerank,
                   .deliver = deliver_scores},
    [PC_CLASSIFY] = {.start_job = start_framed,
                     .feed = gather,
                     .finish = finish_classify,
                     .deliver = deliver_scores},
    [PC_POST] = {.start_job = start_post,
                 .begin = begin_post,
                 .feed = feed_post,
                 .finish = finish_post,
                 .deliver = deliver_post},
    [PC_SPLICE] = {.is_spliced = true,
                   .start_job = start_splice,
                   .finish_job = finish_splice_job,
                   .begin = begin_splice,
                   .feed = feed_splice,
                   .finish = finish_splice,
                   .deliver = deliver_splice}};

const struct pc_reader_ops *pc_reader_ops_of(enum pc_kind kind)
{
  return &all_ops[kind];
}

static struct pc_reader *create(struct pc_context *engine)
{
  struct pc_reader *reader = calloc(1, sizeof(*reader));

  if (!reader)
    return NULL;
  reader->engine = engine;
  pc_bytes_init(&reader->text, BODY_CEILING);
  pc_embeddings_init(&reader->embeddings);
  pc_scores_init(&reader->scores);
  pc_splice_answer_init(&reader->splice);
  return reader;
}

struct pc_reader *pc_reader_take(struct pc_context *engine,
                                 const struct pc_job_plan *plan,
                                 uint32_t first,
                                 uint32_t count,
                                 pc_reader_done_fn *on_done,
                                 void *owner)
{
  struct pc_link *idle = pc_queue_pop(&engine->idle_readers);
  struct pc_reader *reader =
      idle ? PC_ITEM_OF(idle, struct pc_reader, link) : create(engine);

  if (!reader)
    return NULL;
  reader->ops = pc_reader_ops_of(plan->kind);
  reader->plan = plan;
  reader->on_done = on_done;
  reader->owner = owner;
  reader->first = first;
  reader->count = count;
  pc_bytes_clear(&reader->text);
  reader->fault.reason[0] = '\0';
  return reader;
}

static void trim(struct pc_bytes *bytes)
{
  if (bytes->capacity > LARGE_SIZE)
    pc_bytes_deinit(bytes);
}

void pc_reader_release(struct pc_reader *reader)
{
  if (!reader)
    return;
  pc_decoding_drop(reader->decoding);
  reader->decoding = NULL;
  trim(&reader->text);
  trim(&reader->embeddings.values);
  trim(&reader->embeddings.window);
  trim(&reader->scores.pairs);
  trim(&reader->scores.ends);
  pc_queue_push_front(&reader->engine->idle_readers, &reader->link);
}

enum pc_status pc_reader_begin(struct pc_reader *reader)
{
  pc_bytes_clear(&reader->text);
  reader->fault.reason[0] = '\0';
  return reader->ops->begin ? reader->ops->begin(reader) : PC_OK;
}

enum pc_status pc_reader_feed(struct pc_reader *reader,
                              bool is_error,
                              const char *data,
                              size_t size)
{
  return is_error ? keep_beginning(reader, data, size)
                  : reader->ops->feed(reader, data, size);
}

void pc_reader_finish(struct pc_reader *reader)
{
  if (reader->decoding)
    pc_decoding_end(reader->decoding); /* on_decoded goes on */
  else
    reader->on_done(reader->owner, reader->ops->finish(reader));
}

void pc_reader_destroy_idle(struct pc_context *engine)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(&engine->idle_readers)) != NULL) {
    struct pc_reader *reader = PC_ITEM_OF(link, struct pc_reader, link);

    pc_bytes_deinit(&reader->text);
    pc_embeddings_deinit(&reader->embeddings);
    pc_scores_deinit(&reader->scores);
    pc_splice_answer_deinit(&reader->splice);
    free(reader);
  }
}
