#include "wire/splice/join.h"

#include <inttypes.h>
#include <stdlib.h>

#include "wire/splice/header_json.h"
#include "wire/splice/keep.h"

enum { FIRST_CAPACITY = 4 };

static enum pc_status grow_parts(struct pc_splice_join *join)
{
  uint32_t capacity =
      join->part_capacity ? join->part_capacity * 2 : FIRST_CAPACITY;
  struct pc_splice_part *parts = NULL;

  if (join->part_count < join->part_capacity)
    return PC_OK;
  if (capacity <= join->part_capacity)
    return PC_TOO_LARGE;
  parts = realloc(join->parts, capacity * sizeof(*parts));
  if (!parts)
    return PC_NO_MEMORY;
  join->parts = parts;
  join->part_capacity = capacity;
  return PC_OK;
}

static enum pc_status add_headers(struct pc_splice_join *join,
                                  struct pc_splice_part *part,
                                  struct pc_text head)
{
  enum pc_status status = PC_OK;

  part->headers.start = join->headers.size;
  status = pc_header_json_append(&join->headers, head);
  part->headers.end = join->headers.size;
  return status;
}

static enum pc_status keep(struct pc_splice_join *join,
                           struct pc_splice_part *part,
                           const struct pc_splice_answer *answer)
{
  if (join->is_whole || join->form == PC_SPLICE_GENERIC)
    return pc_splice_keep_value(&part->text, answer);
  if (part->first == 0)
    return pc_splice_frame_keep(&join->frame, &part->text, answer);
  return pc_splice_keep_items(&part->text, answer, part->first);
}

static enum pc_status fill_part(struct pc_splice_join *join,
                                struct pc_splice_part *part,
                                const struct pc_splice_answer *answer,
                                struct pc_text head)
{
  enum pc_status status = add_headers(join, part, head);

  if (status == PC_OK)
    status =
        pc_splice_totals_add(&join->totals, &answer->usage, part->text.data);
  if (status == PC_OK)
    status = keep(join, part, answer);
  return status == PC_OK ? grow_parts(join) : status;
}

static int compare_parts(const void *left, const void *right)
{
  const struct pc_splice_part *one = left;
  const struct pc_splice_part *other = right;

  return (one->first > other->first) - (one->first < other->first);
}

/* Puts the parts in order; false when one is missing or came twice. */
static bool sort_parts(struct pc_splice_join *join)
{
  uint64_t next = 0;

  if (!join->part_count)
    return false;
  qsort(join->parts, join->part_count, sizeof(*join->parts), compare_parts);
  for (uint32_t i = 0; i < join->part_count; i++) {
    if (join->parts[i].first != next)
      return false;
    next += join->parts[i].count;
  }
  return true;
}

/* Writes a small text to the body. */
static void write_text(struct pc_splice_join *join, const char *text)
{
  pc_write_text(pc_chunks_open(&join->body), text);
}

static void write_metadata(struct pc_splice_join *join,
                           const struct pc_splice_facts *facts)
{
  pc_splice_metadata_write(pc_chunks_open(&join->body), facts, join->parts,
                           join->part_count, join->headers.data,
                           join->form == PC_SPLICE_GENERIC);
}

static void write_items(struct pc_splice_join *join)
{
  for (uint32_t i = 0; i < join->part_count; i++) {
    if (i)
      write_text(join, ",");
    pc_chunks_add(&join->body, &join->parts[i].text);
  }
}

static void write_in_frame(struct pc_splice_join *join,
                           const struct pc_splice_facts *facts)
{
  const struct pc_splice_kept_frame *frame = &join->frame;

  pc_splice_frame_open(frame, &join->totals, pc_chunks_open(&join->body));
  write_items(join);
  pc_splice_frame_close(frame, &join->totals, pc_chunks_open(&join->body));
  write_text(join, ",");
  write_metadata(join, facts);
  pc_splice_frame_end(frame, pc_chunks_open(&join->body));
}

/* Writes the items as a list, or the one value, as "data" of an object. */
static void write_data(struct pc_splice_join *join,
                       const struct pc_splice_facts *facts,
                       bool is_bare)
{
  if (!is_bare)
    write_text(join, "{\"data\":");
  if (!join->is_whole)
    write_text(join, "[");
  write_items(join);
  if (!join->is_whole)
    write_text(join, "]");
  if (is_bare)
    return;
  write_text(join, ",");
  write_metadata(join, facts);
  write_text(join, "}");
}

static void write_responses(struct pc_splice_join *join,
                            const struct pc_splice_facts *facts)
{
  write_text(join, "{\"responses\":[");
  for (uint32_t i = 0; i < join->part_count; i++) {
    pc_write_format(pc_chunks_open(&join->body),
                    "%s{\"index\":%" PRIu32 ",\"response\":", i ? "," : "", i);
    pc_chunks_add(&join->body, &join->parts[i].text);
    write_text(join, ",\"duration\":");
    pc_splice_seconds_write(pc_chunks_open(&join->body),
                            join->parts[i].seconds);
    write_text(join, "}");
  }
  write_text(join, "],");
  write_metadata(join, facts);
  write_text(join, "}");
}

static void write_body(struct pc_splice_join *join,
                       const struct pc_splice_facts *facts)
{
  bool is_bare = facts->is_bare && (join->form == PC_SPLICE_RERANK ||
                                    join->form == PC_SPLICE_CLASSIFY);

  if (join->form == PC_SPLICE_GENERIC)
    write_responses(join, facts);
  else if (join->is_whole || is_bare || !join->frame.frame.is_object)
    write_data(join, facts, is_bare);
  else
    write_in_frame(join, facts);
}

void pc_splice_join_init(struct pc_splice_join *join,
                         enum pc_splice_form form,
                         bool is_whole)
{
  *join = (struct pc_splice_join){.form = form, .is_whole = is_whole};
  pc_bytes_init(&join->headers, SIZE_MAX / 4);
  pc_splice_frame_init(&join->frame);
  pc_splice_totals_init(&join->totals);
  pc_chunks_init(&join->body);
}

void pc_splice_join_deinit(struct pc_splice_join *join)
{
  for (uint32_t i = 0; i < join->part_count; i++)
    pc_bytes_deinit(&join->parts[i].text);
  free(join->parts);
  pc_bytes_deinit(&join->headers);
  pc_splice_frame_deinit(&join->frame);
  pc_splice_totals_deinit(&join->totals);
  pc_chunks_deinit(&join->body);
  pc_splice_join_init(join, join->form, join->is_whole);
}

enum pc_status pc_splice_join_add(struct pc_splice_join *join,
                                  const struct pc_splice_answer *answer,
                                  struct pc_bytes *text,
                                  struct pc_text head,
                                  uint32_t first,
                                  uint32_t count,
                                  double seconds)
{
  struct pc_splice_part part = {
      .first = first, .count = count, .seconds = seconds};
  enum pc_status status = PC_OK;

  pc_bytes_move(&part.text, text);
  status = fill_part(join, &part, answer, head);
  if (status == PC_OK)
    join->parts[join->part_count++] = part;
  else
    pc_bytes_deinit(&part.text);
  return status;
}

enum pc_status pc_splice_join_finish(struct pc_splice_join *join,
                                     const struct pc_splice_facts *facts)
{
  if (!sort_parts(join))
    return PC_INVALID_ARGUMENT;
  join->frame.is_alone = join->part_count == 1;
  write_body(join, facts);
  join->chunks = join->body.items;
  join->chunk_count = join->body.count;
  return join->body.writer.status;
}
