#include "wire/splice/frame.h"

#include <inttypes.h>
#include <string.h>

#include "wire/json/chars.h"

/* A part of the frame's text, by its place in the answer. */
static struct pc_text text_at(const struct pc_splice_kept_frame *kept,
                              struct pc_splice_span span)
{
  bool is_tail = span.start >= kept->tail_start;
  const char *text = is_tail ? kept->tail.data : kept->head.data;
  size_t start = is_tail ? kept->tail_start : kept->head_start;

  return (struct pc_text){.data = text + (span.start - start),
                          .size = span.end - span.start};
}

static void copy(const struct pc_splice_kept_frame *kept,
                 struct pc_writer *writer,
                 size_t start,
                 size_t end)
{
  pc_write(writer,
           text_at(kept, (struct pc_splice_span){.start = start, .end = end}));
}

/* Copies the usage up to its brace, with totals for its counts. */
static void write_summed(const struct pc_splice_kept_frame *kept,
                         const struct pc_splice_totals *totals,
                         struct pc_writer *writer)
{
  size_t at = kept->frame.usage.start;

  for (uint32_t i = 0; i < kept->usage.count; i++) {
    const struct pc_splice_count *count = &kept->usage.counts[i];
    const struct pc_splice_total *total =
        pc_splice_totals_find(totals, text_at(kept, count->key));

    if (!total)
      continue;
    copy(kept, writer, at, count->digits.start);
    pc_write_format(writer, "%" PRIu64, total->value);
    at = count->digits.end;
  }
  copy(kept, writer, at, kept->frame.usage.end - 1);
}

static bool is_counted_in_frame(const struct pc_splice_kept_frame *kept,
                                struct pc_text name)
{
  for (uint32_t i = 0; i < kept->usage.count; i++)
    if (pc_json_chars_same(text_at(kept, kept->usage.counts[i].key), name))
      return true;
  return false;
}

/* Writes what only the usage of other answers counts. */
static void write_missing(const struct pc_splice_kept_frame *kept,
                          const struct pc_splice_totals *totals,
                          struct pc_writer *writer,
                          bool needs_comma)
{
  for (uint32_t i = 0; i < totals->count; i++) {
    const struct pc_splice_total *total = &totals->totals[i];
    struct pc_text name = pc_splice_totals_name(totals, total);

    if (is_counted_in_frame(kept, name))
      continue;
    pc_write_text(writer, needs_comma ? ",\"" : "\"");
    pc_write(writer, name);
    pc_write_format(writer, "\":%" PRIu64, total->value);
    needs_comma = true;
  }
}

static bool has_members(struct pc_text object)
{
  return object.size > 2 &&
         strspn(object.data + 1, " \t\r\n") < object.size - 2;
}

static void write_usage(const struct pc_splice_kept_frame *kept,
                        const struct pc_splice_totals *totals,
                        struct pc_writer *writer)
{
  struct pc_text own = text_at(kept, kept->frame.usage);
  bool is_object = own.data[0] == '{';

  if (kept->is_alone || !totals->count) {
    pc_write(writer, own);
    return;
  }
  if (is_object)
    write_summed(kept, totals, writer);
  else
    pc_write_text(writer, "{");
  write_missing(kept, totals, writer, is_object && has_members(own));
  pc_write_text(writer, "}");
}

static bool begins_within(struct pc_splice_span span, size_t from, size_t to)
{
  return span.start < span.end && span.start >= from && span.start < to;
}

/* The next member from `from` on that is not copied as it is, or NULL. */
static const struct pc_splice_span *
next_change(const struct pc_splice_kept_frame *kept, size_t from, size_t to)
{
  const struct pc_splice_frame *frame = &kept->frame;
  bool has_usage = begins_within(frame->usage, from, to);
  bool has_metadata = begins_within(frame->metadata, from, to);

  if (has_usage && has_metadata)
    return frame->usage.start < frame->metadata.start ? &frame->usage
                                                      : &frame->metadata;
  if (has_usage)
    return &frame->usage;
  return has_metadata ? &frame->metadata : NULL;
}

/* Writes a part of the frame; proxy_metadata is left out. */
static void write_part(const struct pc_splice_kept_frame *kept,
                       const struct pc_splice_totals *totals,
                       struct pc_writer *writer,
                       size_t at,
                       size_t end)
{
  const struct pc_splice_span *change = next_change(kept, at, end);

  for (; change; change = next_change(kept, at, end)) {
    copy(kept, writer, at, change->start);
    if (change == &kept->frame.usage)
      write_usage(kept, totals, writer);
    at = change->end;
  }
  copy(kept, writer, at, end);
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

void pc_splice_frame_init(struct pc_splice_kept_frame *kept)
{
  *kept = (struct pc_splice_kept_frame){0};
  pc_bytes_init(&kept->head, SIZE_MAX / 4);
  pc_bytes_init(&kept->tail, SIZE_MAX / 4);
}

void pc_splice_frame_deinit(struct pc_splice_kept_frame *kept)
{
  pc_bytes_deinit(&kept->head);
  pc_bytes_deinit(&kept->tail);
}

enum pc_status pc_splice_frame_keep(struct pc_splice_kept_frame *kept,
                                    struct pc_bytes *text,
                                    const struct pc_splice_answer *answer)
{
  struct pc_splice_span items = answer->frame.list;
  enum pc_status status = pc_bytes_append(&kept->tail, text->data + items.end,
                                          text->size - items.end);

  kept->frame = answer->frame;
  kept->usage = answer->usage;
  kept->tail_start = items.end;
  kept->head_start = answer->mark_size;
  if (may_keep_head(answer))
    items.start = 0;
  else if (status == PC_OK)
    status = pc_bytes_append(&kept->head, text->data + kept->head_start,
                             items.start - kept->head_start);
  pc_splice_span_keep(items, text);
  return status;
}

void pc_splice_frame_open(const struct pc_splice_kept_frame *kept,
                          const struct pc_splice_totals *totals,
                          struct pc_writer *writer)
{
  if (kept->head.size)
    write_part(kept, totals, writer, kept->head_start, kept->frame.list.start);
}

void pc_splice_frame_close(const struct pc_splice_kept_frame *kept,
                           const struct pc_splice_totals *totals,
                           struct pc_writer *writer)
{
  bool has_usage = kept->frame.usage.start != kept->frame.usage.end;

  write_part(kept, totals, writer, kept->tail_start, kept->frame.value.end - 1);
  if (has_usage || !totals->count)
    return;
  pc_write_text(writer, ",\"usage\":{");
  write_missing(kept, totals, writer, false);
  pc_write_text(writer, "}");
}

void pc_splice_frame_end(const struct pc_splice_kept_frame *kept,
                         struct pc_writer *writer)
{
  copy(kept, writer, kept->frame.value.end - 1,
       kept->tail_start + kept->tail.size);
}
