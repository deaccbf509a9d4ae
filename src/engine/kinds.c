#include "engine/context.h"
#include "engine/decoder.h"
#include "engine/outcome.h"
#include "engine/reader.h"
#include "wire/answers/classify.h"
#include "wire/answers/rerank.h"

static const char *text_of(const struct pc_reader *reader)
{
  return reader->text.data ? reader->text.data : "";
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

static enum pc_status begin_packed_embeddings(struct pc_reader *reader)
{
  return pc_embeddings_expect_packed(&reader->embeddings);
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

/* Messages show text; bytes that are none would only look like a fault. */
static enum pc_status
keep_text(struct pc_reader *reader, const char *data, size_t size)
{
  return reader->embeddings.is_packed ? PC_OK
                                      : pc_reader_keep(reader, data, size);
}

/* With that much of them, a second thread pays for vectors. */
static enum pc_status
feed_embeddings(struct pc_reader *reader, const char *data, size_t size)
{
  enum pc_status status = PC_OK;

  if (!reader->decoding && reader->received - size >= PC_FAILURE_BODY_SIZE)
    reader->decoding = pc_decoding_create(
        &reader->engine->decoder, &reader->embeddings, on_decoded, reader);
  if (reader->decoding)
    return pc_decoding_feed(reader->decoding, data, size);
  status = keep_text(reader, data, size);
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
  enum pc_status status = pc_reader_end_text(reader);

  if (status != PC_OK)
    return status;
  return pc_rerank_read(text_of(reader), reader->text.size, reader->first,
                        reader->count, &reader->scores, &reader->fault);
}

static enum pc_status finish_classify(struct pc_reader *reader)
{
  enum pc_status status = pc_reader_end_text(reader);

  if (status != PC_OK)
    return status;
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
  plan->frame = (struct pc_body_frame){.is_json = true};
  return PC_OK;
}

static enum pc_status begin_post(struct pc_reader *reader)
{
  pc_batch_init(&reader->post);
  return PC_OK;
}

/* Only checked: JavaScript makes its values of the bytes. */
static enum pc_status check_packed(struct pc_reader *reader, bool is_last)
{
  struct pc_msgpack_scan *scan = reader->packed;
  enum pc_msgpack_token token = PC_MSGPACK_MORE;

  do {
    token =
        pc_msgpack_scan_next(scan, text_of(reader), reader->text.size, is_last);
    pc_msgpack_scan_pass(scan);
  } while (token > PC_MSGPACK_END);
  if (token != PC_MSGPACK_BAD)
    return PC_OK;
  pc_bytes_clear(&reader->text);
  return pc_msgpack_scan_explain(scan, &reader->fault);
}

static enum pc_status check_post(struct pc_reader *reader, bool is_last)
{
  enum pc_status status =
      pc_batch_read(&reader->post, text_of(reader), reader->text.size, is_last);

  if (status != PC_OK)
    reader->fault = reader->post.fault;
  return status;
}

static enum pc_status read_post(struct pc_reader *reader, bool is_last)
{
  return reader->is_packed ? check_packed(reader, is_last)
                           : check_post(reader, is_last);
}

static enum pc_status
feed_post(struct pc_reader *reader, const char *data, size_t size)
{
  enum pc_status status = pc_bytes_append(&reader->text, data, size);

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
  outcome->is_packed = reader->is_packed;
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
  enum pc_status status = pc_reader_gather(reader, data, size);

  return status == PC_OK ? read_splice(reader, false) : status;
}

static enum pc_status finish_splice(struct pc_reader *reader)
{
  enum pc_status status = pc_reader_end_text(reader);

  return status == PC_OK ? read_splice(reader, true) : status;
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
                       .begin_packed = begin_packed_embeddings,
                       .feed = feed_embeddings,
                       .finish = finish_embeddings,
                       .deliver = deliver_embeddings},
    [PC_RERANK] = {.start_job = start_framed,
                   .feed = pc_reader_gather,
                   .finish = finish_rerank,
                   .deliver = deliver_scores},
    [PC_CLASSIFY] = {.start_job = start_framed,
                     .feed = pc_reader_gather,
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
