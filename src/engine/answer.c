#include "engine/answer.h"

#include "wire/answers/classify.h"
#include "wire/answers/rerank.h"

enum {
  BODY_CEILING = 512 * 1024 * 1024 - 1024, /* what one V8 string can hold */
  KEPT_TEXT_SIZE = 64 * 1024,              /* of an error or broken answer */
  LARGE_SIZE = 256 * 1024
};

void pc_answer_init(struct pc_answer *answer)
{
  *answer = (struct pc_answer){0};
  pc_bytes_init(&answer->text, BODY_CEILING);
  pc_bytes_init(&answer->value, BODY_CEILING);
  pc_embeddings_init(&answer->embeddings);
  pc_splice_answer_init(&answer->splice);
  pc_scores_init(&answer->scores);
}

void pc_answer_deinit(struct pc_answer *answer)
{
  pc_bytes_deinit(&answer->text);
  pc_bytes_deinit(&answer->value);
  pc_embeddings_deinit(&answer->embeddings);
  pc_splice_answer_deinit(&answer->splice);
  pc_scores_deinit(&answer->scores);
}

enum pc_status pc_answer_begin(struct pc_answer *answer)
{
  pc_bytes_clear(&answer->text);
  pc_bytes_clear(&answer->value);
  answer->is_error = false;
  answer->fault.reason[0] = '\0';
  if (answer->kind == PC_EMBEDDINGS)
    return pc_embeddings_expect(&answer->embeddings, answer->count,
                                answer->is_opaque);
  if (answer->kind == PC_SPLICE)
    return pc_splice_answer_expect(&answer->splice, answer->form, answer->count,
                                   answer->is_whole);
  pc_batch_init(&answer->batch);
  return PC_OK;
}

static enum pc_status
keep_beginning(struct pc_answer *answer, const char *data, size_t size)
{
  size_t room = KEPT_TEXT_SIZE - answer->text.size;

  return pc_bytes_append(&answer->text, data, size < room ? size : room);
}

static enum pc_status
feed_embeddings(struct pc_answer *answer, const char *data, size_t size)
{
  enum pc_status status = keep_beginning(answer, data, size);

  if (status != PC_OK)
    return status;
  status = pc_embeddings_feed(&answer->embeddings, data, size);
  if (status != PC_OK)
    answer->fault = answer->embeddings.fault;
  return status;
}

static const char *text_of(const struct pc_answer *answer)
{
  return answer->text.data ? answer->text.data : "";
}

static enum pc_status read_batch(struct pc_answer *answer, bool is_last)
{
  enum pc_status status = pc_batch_read(&answer->batch, text_of(answer),
                                        answer->text.size, is_last);

  if (status != PC_OK)
    answer->fault = answer->batch.fault;
  return status;
}

static enum pc_status read_splice(struct pc_answer *answer, bool is_last)
{
  enum pc_status status = pc_splice_answer_read(
      &answer->splice, text_of(answer), answer->text.size, is_last);

  if (status != PC_OK)
    answer->fault = answer->splice.fault;
  return status;
}

static enum pc_status
feed_text(struct pc_answer *answer, const char *data, size_t size)
{
  enum pc_status status = pc_bytes_append(&answer->text, data, size);

  if (status == PC_OK && answer->kind == PC_BATCH)
    status = read_batch(answer, false);
  else if (status == PC_OK && answer->kind == PC_SPLICE)
    status = read_splice(answer, false);
  return status;
}

enum pc_status
pc_answer_feed(struct pc_answer *answer, const char *data, size_t size)
{
  if (answer->is_error)
    return keep_beginning(answer, data, size);
  if (answer->kind == PC_EMBEDDINGS)
    return feed_embeddings(answer, data, size);
  return feed_text(answer, data, size);
}

bool pc_answer_is_large(const struct pc_answer *answer)
{
  return answer->kind == PC_EMBEDDINGS && !answer->is_error &&
         answer->text.size == KEPT_TEXT_SIZE;
}

static enum pc_status finish_batch(struct pc_answer *answer)
{
  enum pc_status status = PC_OK;

  answer->is_ascii = true;
  if (answer->is_head)
    return PC_OK;
  status = read_batch(answer, true);
  if (status != PC_OK || answer->batch.is_empty)
    return status;
  answer->is_ascii = pc_batch_is_ascii(&answer->batch);
  pc_bytes_drop_front(&answer->text, pc_batch_start(&answer->batch));
  pc_bytes_move(&answer->value, &answer->text);
  return PC_OK;
}

static enum pc_status finish_splice(struct pc_answer *answer)
{
  enum pc_status status = read_splice(answer, true);

  if (status == PC_OK)
    pc_bytes_move(&answer->value, &answer->text);
  return status;
}

static enum pc_status finish_embeddings(struct pc_answer *answer)
{
  enum pc_status status = pc_embeddings_finish(&answer->embeddings);

  if (status != PC_OK)
    answer->fault = answer->embeddings.fault;
  return status;
}

static enum pc_status finish_scores(struct pc_answer *answer)
{
  const char *text = text_of(answer);
  size_t size = answer->text.size;
  struct pc_scores *scores = &answer->scores;
  enum pc_status status =
      answer->kind == PC_RERANK
          ? pc_rerank_read(text, size, answer->first, answer->count, scores,
                           &answer->fault)
          : pc_classify_read(text, size, answer->count, scores, &answer->fault);

  if (status != PC_OK)
    return status;
  answer->is_ascii = scores->is_ascii;
  pc_bytes_move(&answer->value, &scores->strings);
  return PC_OK;
}

enum pc_status pc_answer_finish(struct pc_answer *answer)
{
  switch (answer->kind) {
  case PC_EMBEDDINGS:
    return finish_embeddings(answer);
  case PC_RERANK:
  case PC_CLASSIFY:
    return finish_scores(answer);
  case PC_BATCH:
    return finish_batch(answer);
  case PC_SPLICE:
    return finish_splice(answer);
  }
  return PC_PARSE_ERROR;
}

static void trim(struct pc_bytes *bytes)
{
  if (bytes->capacity > LARGE_SIZE)
    pc_bytes_deinit(bytes);
}

void pc_answer_trim(struct pc_answer *answer)
{
  trim(&answer->text);
  trim(&answer->value);
  trim(&answer->embeddings.values);
  trim(&answer->embeddings.window);
  trim(&answer->scores.pairs);
  trim(&answer->scores.ends);
}
