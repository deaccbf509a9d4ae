#include "wire/splice/chunks.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 8 };

/* Makes room for one more. */
static enum pc_status grow(struct pc_chunks *chunks)
{
  uint32_t capacity = chunks->capacity ? chunks->capacity * 2 : FIRST_CAPACITY;
  struct pc_bytes *items = NULL;

  if (chunks->count < chunks->capacity)
    return PC_OK;
  if (capacity <= chunks->capacity)
    return PC_TOO_LARGE;
  items = realloc(chunks->items, capacity * sizeof(*items));
  if (!items)
    return PC_NO_MEMORY;
  chunks->items = items;
  chunks->capacity = capacity;
  return PC_OK;
}

static enum pc_status begin(struct pc_chunks *chunks)
{
  enum pc_status status = grow(chunks);

  if (status == PC_OK)
    pc_bytes_init(&chunks->items[chunks->count++], SIZE_MAX / 4);
  return status;
}

void pc_chunks_init(struct pc_chunks *chunks)
{
  *chunks = (struct pc_chunks){0};
}

void pc_chunks_deinit(struct pc_chunks *chunks)
{
  for (uint32_t i = 0; i < chunks->count; i++)
    pc_bytes_deinit(&chunks->items[i]);
  free(chunks->items);
  pc_chunks_init(chunks);
}

enum pc_status pc_chunks_open(struct pc_chunks *chunks, struct pc_bytes **out)
{
  enum pc_status status = chunks->is_open ? PC_OK : begin(chunks);

  *out = NULL;
  if (status != PC_OK)
    return status;
  chunks->is_open = true;
  *out = &chunks->items[chunks->count - 1];
  return PC_OK;
}

/* Makes a large part a chunk of its own, in place of one that is empty. */
static enum pc_status add_large(struct pc_chunks *chunks, struct pc_bytes *part)
{
  bool is_empty = chunks->is_open && !chunks->items[chunks->count - 1].size;
  enum pc_status status = is_empty ? PC_OK : begin(chunks);

  if (status != PC_OK)
    return status;
  pc_bytes_move(&chunks->items[chunks->count - 1], part);
  chunks->is_open = false;
  return PC_OK;
}

static enum pc_status add_small(struct pc_chunks *chunks,
                                const struct pc_bytes *part)
{
  struct pc_bytes *chunk = NULL;
  enum pc_status status = pc_chunks_open(chunks, &chunk);

  return status == PC_OK ? pc_bytes_append(chunk, part->data, part->size)
                         : status;
}

enum pc_status pc_chunks_add(struct pc_chunks *chunks, struct pc_bytes *part)
{
  enum pc_status status = part->size >= PC_CHUNKS_LARGE
                              ? add_large(chunks, part)
                              : add_small(chunks, part);

  pc_bytes_deinit(part);
  return status;
}
