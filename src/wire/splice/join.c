#include "wire/splice/join.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/splice/frame.h"
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
    status = pc_splice_keep(join, part, answer);
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

/* Appends a small text to the body. */
static enum pc_status add_text(struct pc_splice_join *join, const char *text)
{
  struct pc_bytes *out = NULL;
  enum pc_status status = pc_chunks_open(&join->body, &out);

  return status == PC_OK ? pc_bytes_append_text(out, text) : status;
}

static enum pc_status add_part(struct pc_splice_join *join, uint32_t place)
{
  return pc_chunks_add(&join->body, &join->parts[place].text);
}

/* Appends `before`, the metadata and `behind`. */
static enum pc_status add_metadata(struct pc_splice_join *join,
                                   const struct pc_splice_facts *facts,
                                   const char *before,
                                   const char *behind)
{
  struct pc_bytes *out = NULL;
  enum pc_status status = pc_chunks_open(&join->body, &out);

  if (status == PC_OK)
    status = pc_bytes_append_text(out, before);
  if (status == PC_OK)
    status = pc_splice_metadata_append(out, facts, join->parts,
                                       join->part_count, join->headers.data,
                                       join->form == PC_SPLICE_GENERIC);
  return status == PC_OK ? pc_bytes_append_text(out, behind) : status;
}

static enum pc_status add_items(struct pc_splice_join *join)
{
  enum pc_status status = PC_OK;

  for (uint32_t i = 0; status == PC_OK && i < join->part_count; i++) {
    if (i)
      status = add_text(join, ",");
    if (status == PC_OK)
      status = add_part(join, i);
  }
  return status;
}

typedef enum pc_status frame_part_fn(const struct pc_splice_join *join,
                                     struct pc_bytes *out);

static enum pc_status add_frame_part(struct pc_splice_join *join,
                                     frame_part_fn *append)
{
  struct pc_bytes *out = NULL;
  enum pc_status status = pc_chunks_open(&join->body, &out);

  return status == PC_OK ? append(join, out) : status;
}

static enum pc_status write_in_frame(struct pc_splice_join *join,
                                     const struct pc_splice_facts *facts)
{
  enum pc_status status = add_frame_part(join, pc_splice_frame_open);

  if (status == PC_OK)
    status = add_items(join);
  if (status == PC_OK)
    status = add_frame_part(join, pc_splice_frame_close);
  if (status == PC_OK)
    status = add_metadata(join, facts, ",", "");
  return status == PC_OK ? add_frame_part(join, pc_splice_frame_end) : status;
}

static enum pc_status write_list(struct pc_splice_join *join,
                                 const struct pc_splice_facts *facts,
                                 bool is_bare)
{
  enum pc_status status = add_text(join, is_bare ? "[" : "{\"data\":[");

  if (status == PC_OK)
    status = add_items(join);
  if (status == PC_OK && is_bare)
    return add_text(join, "]");
  return status == PC_OK ? add_metadata(join, facts, "],", "}") : status;
}

static enum pc_status write_whole(struct pc_splice_join *join,
                                  const struct pc_splice_facts *facts,
                                  bool is_bare)
{
  enum pc_status status = PC_OK;

  if (is_bare)
    return add_part(join, 0);
  status = add_text(join, "{\"data\":");
  if (status == PC_OK)
    status = add_part(join, 0);
  return status == PC_OK ? add_metadata(join, facts, ",", "}") : status;
}

/* Appends a response around the value that is part number `place`. */
static enum pc_status add_response(struct pc_splice_join *join, uint32_t place)
{
  char open[64];
  struct pc_bytes *out = NULL;
  enum pc_status status = PC_OK;

  snprintf(open, sizeof(open),
           "%s{\"index\":%" PRIu32 ",\"response\":", place ? "," : "", place);
  status = add_text(join, open);
  if (status == PC_OK)
    status = add_part(join, place);
  if (status == PC_OK)
    status = add_text(join, ",\"duration\":");
  if (status == PC_OK)
    status = pc_chunks_open(&join->body, &out);
  if (status == PC_OK)
    status = pc_splice_seconds_append(out, join->parts[place].seconds);
  return status == PC_OK ? pc_bytes_append(out, "}", 1) : status;
}

static enum pc_status write_responses(struct pc_splice_join *join,
                                      const struct pc_splice_facts *facts)
{
  enum pc_status status = add_text(join, "{\"responses\":[");

  for (uint32_t i = 0; status == PC_OK && i < join->part_count; i++)
    status = add_response(join, i);
  return status == PC_OK ? add_metadata(join, facts, "],", "}") : status;
}

static enum pc_status write_body(struct pc_splice_join *join,
                                 const struct pc_splice_facts *facts)
{
  bool is_bare = facts->is_bare && (join->form == PC_SPLICE_RERANK ||
                                    join->form == PC_SPLICE_CLASSIFY);

  if (join->form == PC_SPLICE_GENERIC)
    return write_responses(join, facts);
  if (join->is_whole)
    return write_whole(join, facts, is_bare);
  if (is_bare || !join->frame.is_object)
    return write_list(join, facts, is_bare);
  return write_in_frame(join, facts);
}

void pc_splice_join_init(struct pc_splice_join *join,
                         enum pc_splice_form form,
                         bool is_whole)
{
  *join = (struct pc_splice_join){.form = form, .is_whole = is_whole};
  pc_bytes_init(&join->headers, SIZE_MAX / 4);
  pc_bytes_init(&join->head, SIZE_MAX / 4);
  pc_bytes_init(&join->tail, SIZE_MAX / 4);
  pc_splice_totals_init(&join->totals);
  pc_chunks_init(&join->body);
}

void pc_splice_join_deinit(struct pc_splice_join *join)
{
  for (uint32_t i = 0; i < join->part_count; i++)
    pc_bytes_deinit(&join->parts[i].text);
  free(join->parts);
  pc_bytes_deinit(&join->headers);
  pc_bytes_deinit(&join->head);
  pc_bytes_deinit(&join->tail);
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
  enum pc_status status = PC_INVALID_ARGUMENT;

  if (sort_parts(join))
    status = write_body(join, facts);
  join->chunks = join->body.items;
  join->chunk_count = join->body.count;
  return status;
}
