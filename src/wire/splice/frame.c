#include "wire/splice/frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wire/json/chars.h"

/* A part of the frame's text, by its place in the answer. */
static struct pc_text text_at(const struct pc_splice_join *join,
                              struct pc_splice_span span)
{
  bool is_tail = span.start >= join->tail_start;
  const char *text = is_tail ? join->tail.data : join->head.data;
  size_t start = is_tail ? join->tail_start : join->head_start;

  return (struct pc_text){.data = text + (span.start - start),
                          .size = span.end - span.start};
}

static enum pc_status copy(const struct pc_splice_join *join,
                           struct pc_bytes *out,
                           size_t start,
                           size_t end)
{
  struct pc_text text =
      text_at(join, (struct pc_splice_span){.start = start, .end = end});

  return pc_bytes_append(out, text.data, text.size);
}

static enum pc_status append_total(struct pc_bytes *out, uint64_t value)
{
  char text[24];

  snprintf(text, sizeof(text), "%" PRIu64, value);
  return pc_bytes_append_text(out, text);
}

/* Copies the usage up to its brace, with totals for its counts. */
static enum pc_status append_summed(const struct pc_splice_join *join,
                                    struct pc_bytes *out)
{
  size_t at = join->frame.usage.start;
  enum pc_status status = PC_OK;

  for (uint32_t i = 0; status == PC_OK && i < join->usage.count; i++) {
    const struct pc_splice_count *count = &join->usage.counts[i];
    const struct pc_splice_total *total =
        pc_splice_totals_find(&join->totals, text_at(join, count->key));

    if (!total)
      continue;
    status = copy(join, out, at, count->digits.start);
    if (status == PC_OK)
      status = append_total(out, total->value);
    at = count->digits.end;
  }
  return status == PC_OK ? copy(join, out, at, join->frame.usage.end - 1)
                         : status;
}

static bool is_counted_in_frame(const struct pc_splice_join *join,
                                struct pc_text name)
{
  for (uint32_t i = 0; i < join->usage.count; i++)
    if (pc_json_chars_same(text_at(join, join->usage.counts[i].key), name))
      return true;
  return false;
}

/* Appends what only the usage of other answers counts. */
static enum pc_status append_missing(const struct pc_splice_join *join,
                                     struct pc_bytes *out,
                                     bool needs_comma)
{
  enum pc_status status = PC_OK;

  for (uint32_t i = 0; status == PC_OK && i < join->totals.count; i++) {
    const struct pc_splice_total *total = &join->totals.totals[i];
    struct pc_text name = pc_splice_totals_name(&join->totals, total);

    if (is_counted_in_frame(join, name))
      continue;
    status = pc_bytes_append_text(out, needs_comma ? ",\"" : "\"");
    if (status == PC_OK)
      status = pc_bytes_append(out, name.data, name.size);
    if (status == PC_OK)
      status = pc_bytes_append_text(out, "\":");
    if (status == PC_OK)
      status = append_total(out, total->value);
    needs_comma = true;
  }
  return status;
}

static bool has_members(struct pc_text object)
{
  return object.size > 2 &&
         strspn(object.data + 1, " \t\r\n") < object.size - 2;
}

static enum pc_status append_usage(const struct pc_splice_join *join,
                                   struct pc_bytes *out)
{
  struct pc_text own = text_at(join, join->frame.usage);
  bool is_object = own.data[0] == '{';
  enum pc_status status = PC_OK;

  if (join->part_count == 1 || !join->totals.count)
    return pc_bytes_append(out, own.data, own.size);
  status = is_object ? append_summed(join, out) : pc_bytes_append(out, "{", 1);
  if (status == PC_OK)
    status = append_missing(join, out, is_object && has_members(own));
  return status == PC_OK ? pc_bytes_append(out, "}", 1) : status;
}

static bool begins_within(struct pc_splice_span span, size_t from, size_t to)
{
  return span.start < span.end && span.start >= from && span.start < to;
}

/* The next member from `from` on that is not copied as it is, or NULL. */
static const struct pc_splice_span *
next_change(const struct pc_splice_join *join, size_t from, size_t to)
{
  const struct pc_splice_frame *frame = &join->frame;
  bool has_usage = begins_within(frame->usage, from, to);
  bool has_metadata = begins_within(frame->metadata, from, to);

  if (has_usage && has_metadata)
    return frame->usage.start < frame->metadata.start ? &frame->usage
                                                      : &frame->metadata;
  if (has_usage)
    return &frame->usage;
  return has_metadata ? &frame->metadata : NULL;
}

/* Appends a part of the frame; proxy_metadata is left out. */
static enum pc_status append_part(const struct pc_splice_join *join,
                                  struct pc_bytes *out,
                                  size_t at,
                                  size_t end)
{
  const struct pc_splice_span *change = next_change(join, at, end);
  enum pc_status status = PC_OK;

  for (; status == PC_OK && change; change = next_change(join, at, end)) {
    status = copy(join, out, at, change->start);
    if (status == PC_OK && change == &join->frame.usage)
      status = append_usage(join, out);
    at = change->end;
  }
  return status == PC_OK ? copy(join, out, at, end) : status;
}

static bool lacks_usage(const struct pc_splice_join *join)
{
  return join->frame.usage.start == join->frame.usage.end &&
         join->totals.count > 0;
}

enum pc_status pc_splice_frame_open(const struct pc_splice_join *join,
                                    struct pc_bytes *out)
{
  if (!join->head.size)
    return PC_OK;
  return append_part(join, out, join->head_start, join->frame.list.start);
}

enum pc_status pc_splice_frame_close(const struct pc_splice_join *join,
                                     struct pc_bytes *out)
{
  enum pc_status status =
      append_part(join, out, join->tail_start, join->frame.value.end - 1);

  if (status != PC_OK || !lacks_usage(join))
    return status;
  status = pc_bytes_append_text(out, ",\"usage\":{");
  if (status == PC_OK)
    status = append_missing(join, out, false);
  return status == PC_OK ? pc_bytes_append(out, "}", 1) : status;
}

enum pc_status pc_splice_frame_end(const struct pc_splice_join *join,
                                   struct pc_bytes *out)
{
  return copy(join, out, join->frame.value.end - 1,
              join->tail_start + join->tail.size);
}
