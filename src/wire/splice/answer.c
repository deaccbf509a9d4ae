#include "wire/splice/answer.h"

#include <assert.h>
#include <stdlib.h>

static enum pc_status
take_tokens(struct pc_splice_answer *answer, size_t size, bool is_last)
{
  struct pc_json_scan *scan = &answer->scan;
  enum pc_status status = PC_OK;

  while (status == PC_OK) {
    enum pc_json_token token =
        pc_json_scan_next(scan, answer->text, size, is_last);

    if (token == PC_JSON_BAD)
      return pc_json_scan_explain(scan, 0, &answer->fault);
    if (token == PC_JSON_MORE || token == PC_JSON_END)
      return PC_OK;
    status = pc_splice_token_take(answer, token);
  }
  return status;
}

/* The blanks at the end. */
static size_t count_blanks(const char *text, size_t size)
{
  size_t count = 0;

  while (count < size && pc_is_blank(text[size - 1 - count]))
    count++;
  return count;
}

static bool may_be_empty(const struct pc_splice_answer *answer)
{
  return answer->form == PC_SPLICE_GENERIC && !answer->is_whole;
}

/* Makes `indexes` hold `count` entries that nobody has taken. */
static enum pc_status clear_indexes(struct pc_splice_answer *answer,
                                    uint32_t count)
{
  if (count > answer->index_capacity) {
    free(answer->indexes);
    answer->index_capacity = 0;
    answer->indexes = malloc(count * sizeof(*answer->indexes));
    if (!answer->indexes)
      return PC_NO_MEMORY;
    answer->index_capacity = count;
  }
  for (uint32_t i = 0; i < count; i++)
    answer->indexes[i] = (struct pc_splice_index){0};
  return PC_OK;
}

void pc_splice_answer_init(struct pc_splice_answer *answer)
{
  *answer = (struct pc_splice_answer){0};
  pc_json_scan_init(&answer->scan);
}

void pc_splice_answer_deinit(struct pc_splice_answer *answer)
{
  free(answer->indexes);
  pc_splice_answer_init(answer);
}

enum pc_status pc_splice_answer_expect(struct pc_splice_answer *answer,
                                       enum pc_splice_form form,
                                       uint32_t count,
                                       bool is_whole)
{
  bool has_indexes =
      !is_whole && (form == PC_SPLICE_EMBEDDINGS || form == PC_SPLICE_RERANK);
  struct pc_splice_answer fresh = {.form = form,
                                   .count = count,
                                   .is_whole = is_whole,
                                   .indexes = answer->indexes,
                                   .index_capacity = answer->index_capacity};

  assert(count > 0);
  *answer = fresh;
  pc_json_scan_init(&answer->scan);
  return has_indexes ? clear_indexes(answer, count) : PC_OK;
}

enum pc_status pc_splice_answer_read(struct pc_splice_answer *answer,
                                     const char *text,
                                     size_t size,
                                     bool is_last)
{
  if (answer->status != PC_OK)
    return answer->status;
  answer->text = text;
  answer->status = take_tokens(answer, size, false);
  if (answer->status == PC_OK && is_last) {
    /* An unfinished token would have kept the scanner in front of it. */
    answer->is_empty = may_be_empty(answer) &&
                       answer->place == PC_SPLICE_AT_ANSWER &&
                       answer->scan.at == size;
    if (!answer->is_empty)
      answer->status = take_tokens(answer, size, true);
    answer->frame.value.end = size - count_blanks(text, size);
  }
  answer->mark_size = answer->scan.mark_size;
  return answer->status;
}
