#include "wire/vectors/vectors.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Of all rows together: a million of 4,096 float32 values. */
#define CEILING ((size_t)16 << 30)

static bool was_put(const struct pc_vectors *vectors, uint32_t row)
{
  return vectors->put_rows && vectors->put_rows[row / 64] >> (row % 64) & 1;
}

static void mark_put(struct pc_vectors *vectors, uint32_t row)
{
  vectors->put_rows[row / 64] |= (uint64_t)1 << (row % 64);
}

/*
 * Allocates without touching: pages that no row reaches are never mapped. Of a
 * large matrix they are large ones, as to map small ones takes longer than all
 * else that is done with a row.
 */
static enum pc_status make_matrix(struct pc_vectors *vectors, size_t row_size)
{
  size_t words = (size_t)vectors->row_count / 64 + 1;

  if (row_size > CEILING / vectors->row_count)
    return PC_TOO_LARGE;
  vectors->put_rows = calloc(words, sizeof(*vectors->put_rows));
  if (!vectors->put_rows)
    return PC_NO_MEMORY;
  vectors->data = malloc(row_size * vectors->row_count);
  if (!vectors->data) {
    free(vectors->put_rows);
    vectors->put_rows = NULL;
    return PC_NO_MEMORY;
  }
  pc_memory_expect_writes(vectors->data, row_size * vectors->row_count);
  vectors->row_size = row_size;
  vectors->size = row_size * vectors->row_count;
  vectors->capacity = vectors->size;
  return PC_OK;
}

/* Moves the rows together, so that no unwritten memory lies between them. */
static enum pc_status turn_ragged(struct pc_vectors *vectors)
{
  size_t used = 0;

  vectors->places = calloc(vectors->row_count, sizeof(*vectors->places));
  if (!vectors->places)
    return PC_NO_MEMORY;
  for (uint32_t row = 0; vectors->data && row < vectors->row_count; row++) {
    if (!was_put(vectors, row))
      continue;
    memmove(vectors->data + used, vectors->data + row * vectors->row_size,
            vectors->row_size);
    vectors->places[row] = (struct pc_vector_place){used, vectors->row_size};
    used += vectors->row_size;
  }
  vectors->size = used;
  vectors->row_size = 0;
  return PC_OK;
}

static enum pc_status make_room(struct pc_vectors *vectors, size_t extra)
{
  size_t needed = vectors->size + extra;
  size_t capacity = vectors->capacity + vectors->capacity / 2;
  unsigned char *data = NULL;

  if (extra > CEILING - vectors->size)
    return PC_TOO_LARGE;
  if (needed <= vectors->capacity)
    return PC_OK;
  if (capacity < needed)
    capacity = needed;
  data = realloc(vectors->data, capacity);
  if (!data)
    return PC_NO_MEMORY;
  vectors->data = data;
  vectors->capacity = capacity;
  return PC_OK;
}

/* Only a store that is ragged has room for no row size at all. */
static enum pc_status make_store(struct pc_vectors *vectors, size_t row_size)
{
  return row_size ? make_matrix(vectors, row_size) : turn_ragged(vectors);
}

static enum pc_status put_ragged(struct pc_vectors *vectors,
                                 uint32_t row,
                                 const void *data,
                                 size_t size)
{
  struct pc_vector_place *place = &vectors->places[row];

  if (size > place->size) {
    enum pc_status status = make_room(vectors, size);

    if (status != PC_OK)
      return status;
    place->offset = vectors->size;
    vectors->size += size;
  }
  place->size = size;
  if (!size)
    return PC_OK;
  assert(vectors->data);
  memcpy(vectors->data + place->offset, data, size);
  return PC_OK;
}

void pc_vectors_init(struct pc_vectors *vectors, uint32_t row_count)
{
  *vectors = (struct pc_vectors){.row_count = row_count};
}

void pc_vectors_deinit(struct pc_vectors *vectors)
{
  free(vectors->data);
  free(vectors->places);
  free(vectors->put_rows);
  pc_vectors_init(vectors, 0);
}

enum pc_status pc_vectors_put(struct pc_vectors *vectors,
                              uint32_t row,
                              const void *data,
                              size_t size)
{
  enum pc_status status = PC_OK;

  assert(row < vectors->row_count);
  if (!vectors->data && !vectors->places)
    status = make_store(vectors, size);
  if (status == PC_OK && !vectors->places && size != vectors->row_size)
    status = turn_ragged(vectors);
  if (status != PC_OK)
    return status;
  if (vectors->places)
    return put_ragged(vectors, row, data, size);

  memcpy(vectors->data + row * size, data, size);
  mark_put(vectors, row);
  return PC_OK;
}

struct pc_vector_place pc_vectors_place(const struct pc_vectors *vectors,
                                        uint32_t row)
{
  assert(row < vectors->row_count);
  if (vectors->places)
    return vectors->places[row];
  if (!was_put(vectors, row))
    return (struct pc_vector_place){0};
  return (struct pc_vector_place){row * vectors->row_size, vectors->row_size};
}

bool pc_vectors_are_ragged(const struct pc_vectors *vectors)
{
  return vectors->places != NULL;
}
