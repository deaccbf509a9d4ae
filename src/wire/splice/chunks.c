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

/* Begins a new chunk, for a part or for the writer. */
static struct pc_bytes *begin(struct pc_chunks *chunks)
{
  struct pc_bytes *chunk = NULL;

  if (chunks->writer.status == PC_OK)
    chunks->writer.status = grow(chunks);
  if (chunks->writer.status != PC_OK)
    return NULL;
  chunk = &chunks->items[chunks->count++];
  pc_bytes_init(chunk, SIZE_MAX / 4);
  return chunk;
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

struct pc_writer *pc_chunks_open(struct pc_chunks *chunks)
{
  if (!chunks->writer.out)
    chunks->writer.out = begin(chunks);
  return &chunks->writer;
}

/* Makes a large part a chunk of its own, in place of one that is empty. */
static void add_large(struct pc_chunks *chunks, struct pc_bytes *part)
{
  struct pc_bytes *open = chunks->writer.out;
  struct pc_bytes *chunk = open && !open->size ? open : begin(chunks);

  if (chunk)
    pc_bytes_move(chunk, part);
  chunks->writer.out = NULL;
}

void pc_chunks_add(struct pc_chunks *chunks, struct pc_bytes *part)
{
  if (part->size >= PC_CHUNKS_LARGE)
    add_large(chunks, part);
  else
    pc_write(pc_chunks_open(chunks),
             (struct pc_text){.data = part->data, .size = part->size});
  pc_bytes_deinit(part);
}
