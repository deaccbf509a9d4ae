#include "wire/splice_keep.h"

#include <inttypes.h>
#include <stdio.h>

enum { LONGEST_INDEX = 10 /* digits of UINT32_MAX */ };

/* Cuts the text down to a span of it. */
static void keep_span(struct pc_bytes *text, struct pc_splice_span span)
{
  pc_bytes_set_size(text, span.end);
  pc_bytes_drop_front(text, span.start);
}

static enum pc_status keep_value(struct pc_bytes *text,
                                 const struct pc_splice_answer *answer)
{
  if (answer->is_empty) {
    pc_bytes_clear(text);
    return pc_bytes_append_text(text, "null");
  }
  keep_span(text, answer->frame.value);
  return PC_OK;
}

static enum pc_status
append_index(struct pc_bytes *out, const char *digits, uint32_t first)
{
  char text[LONGEST_INDEX + 1];
  uint32_t index = 0;

  for (; *digits >= '0' && *digits <= '9'; digits++)
    index = index * 10 + (uint32_t)(*digits - '0');
  snprintf(text, sizeof(text), "%" PRIu32, first + index);
  return pc_bytes_append_text(out, text);
}

/* Copies the items to `out` with indexes that go on from `first`. */
static enum pc_status copy_items(struct pc_bytes *out,
                                 const char *text,
                                 const struct pc_splice_answer *answer,
                                 uint32_t first)
{
  const struct pc_splice_span *list = &answer->frame.list;
  size_t at = list->start;
  enum pc_status status = pc_bytes_reserve(
      out, list->end - list->start + (size_t)answer->count * LONGEST_INDEX);

  for (uint32_t i = 0; status == PC_OK && i < answer->count; i++) {
    const struct pc_splice_index *index = &answer->indexes[i];

    status = pc_bytes_append(out, text + at, index->at - at);
    if (status == PC_OK)
      status = append_index(out, text + index->at, first);
    at = index->at + index->size;
  }
  return status == PC_OK ? pc_bytes_append(out, text + at, list->end - at)
                         : status;
}

static enum pc_status keep_later_items(struct pc_splice_part *part,
                                       const struct pc_splice_answer *answer)
{
  struct pc_bytes items;
  enum pc_status status = PC_OK;

  if (answer->form == PC_SPLICE_CLASSIFY) {
    keep_span(&part->text, answer->frame.list);
    return PC_OK;
  }
  pc_bytes_init(&items, SIZE_MAX / 4);
  status = copy_items(&items, part->text.data, answer, part->first);
  pc_bytes_move(&part->text, &items);
  return status;
}

static bool stands_behind(struct pc_splice_span span,
                          struct pc_splice_span list)
{
  return span.start == span.end || span.start > list.end;
}

/*
 * May the frame's head stay where it is, in front of the items? Then nothing of
 * an answer's megabytes is moved. Other forms are small and may have to leave
 * their frame out.
 */
static bool may_keep_head(const struct pc_splice_answer *answer)
{
  const struct pc_splice_frame *frame = &answer->frame;

  return answer->form == PC_SPLICE_EMBEDDINGS && !answer->mark_size &&
         stands_behind(frame->usage, frame->list) &&
         stands_behind(frame->metadata, frame->list);
}

/* Puts the frame of the answer for input 0 aside. */
static enum pc_status keep_first_items(struct pc_splice_join *join,
                                       struct pc_bytes *text,
                                       const struct pc_splice_answer *answer)
{
  struct pc_splice_span items = answer->frame.list;
  enum pc_status status = pc_bytes_append(&join->tail, text->data + items.end,
                                          text->size - items.end);

  join->frame = answer->frame;
  join->usage = answer->usage;
  join->tail_start = items.end;
  join->head_start = answer->mark_size;
  if (may_keep_head(answer))
    items.start = 0;
  else if (status == PC_OK)
    status = pc_bytes_append(&join->head, text->data + join->head_start,
                             items.start - join->head_start);
  keep_span(text, items);
  return status;
}

bool pc_splice_keep_has_items(const struct pc_splice_join *join)
{
  return !join->is_whole && join->form != PC_SPLICE_GENERIC;
}

enum pc_status pc_splice_keep(struct pc_splice_join *join,
                              struct pc_splice_part *part,
                              const struct pc_splice_answer *answer)
{
  if (!pc_splice_keep_has_items(join))
    return keep_value(&part->text, answer);
  if (part->first == 0)
    return keep_first_items(join, &part->text, answer);
  return keep_later_items(part, answer);
}
