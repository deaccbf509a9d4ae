#include "wire/splice/keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_INDEX = 10 /* digits of UINT32_MAX */ };

/* The index that item number `place` has in the whole call. */
static uint32_t later_index(const char *text,
                            const struct pc_splice_index *index,
                            uint32_t first)
{
  uint64_t value = 0;

  (void)pc_text_read_whole(
      (struct pc_text){.data = text + index->at, .size = index->size}, &value);
  return first + (uint32_t)value;
}

static size_t write_index(char to[LONGEST_INDEX + 1], uint32_t index)
{
  return (size_t)snprintf(to, LONGEST_INDEX + 1, "%" PRIu32, index);
}

/* How much longer the text becomes. */
static size_t count_growth(const char *text,
                           const struct pc_splice_answer *answer,
                           uint32_t first)
{
  size_t growth = 0;

  for (uint32_t i = 0; i < answer->count; i++) {
    const struct pc_splice_index *index = &answer->indexes[i];
    char digits[LONGEST_INDEX + 1];

    growth +=
        write_index(digits, later_index(text, index, first)) - index->size;
  }
  return growth;
}

/*
 * Moves the items to the front of the text, with indexes that go on from
 * `first`. They stand `shift` bytes further back than they were read, which
 * leaves room enough for longer indexes. Answers their new size.
 */
static size_t compact_items(char *text,
                            size_t shift,
                            const struct pc_splice_answer *answer,
                            uint32_t first)
{
  const char *from = text + shift;
  size_t at = answer->frame.list.start;
  size_t size = 0;

  for (uint32_t i = 0; i < answer->count; i++) {
    const struct pc_splice_index *index = &answer->indexes[i];
    char digits[LONGEST_INDEX + 1];
    size_t digit_count = write_index(digits, later_index(from, index, first));

    memmove(text + size, from + at, index->at - at);
    size += index->at - at;
    memcpy(text + size, digits, digit_count);
    size += digit_count;
    at = index->at + index->size;
  }
  memmove(text + size, from + at, answer->frame.list.end - at);
  return size + answer->frame.list.end - at;
}

enum pc_status pc_splice_keep_value(struct pc_bytes *text,
                                    const struct pc_splice_answer *answer)
{
  if (answer->is_empty) {
    pc_bytes_clear(text);
    return pc_bytes_append_text(text, "null");
  }
  pc_splice_span_keep(answer->frame.value, text);
  return PC_OK;
}

/*
 * Works within the answer's own memory: for 2.8 MB that takes 0.15 ms, a copy
 * to fresh memory 1.2 ms, most of them page faults.
 */
enum pc_status pc_splice_keep_items(struct pc_bytes *text,
                                    const struct pc_splice_answer *answer,
                                    uint32_t first)
{
  const struct pc_splice_span *list = &answer->frame.list;
  size_t growth = 0;
  size_t shift = 0;
  enum pc_status status = PC_OK;

  if (answer->form == PC_SPLICE_CLASSIFY) {
    pc_splice_span_keep(*list, text);
    return PC_OK;
  }
  growth = count_growth(text->data, answer, first);
  shift = growth > list->start ? growth - list->start : 0;
  status = pc_bytes_reserve(text, shift);
  if (status != PC_OK)
    return status;
  memmove(text->data + list->start + shift, text->data + list->start,
          shift ? list->end - list->start : 0);
  pc_bytes_set_size(text, compact_items(text->data, shift, answer, first));
  return PC_OK;
}
