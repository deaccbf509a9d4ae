#include "base/texts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

enum pc_status pc_texts_init(struct pc_texts *texts, uint32_t count)
{
  *texts = (struct pc_texts){.capacity = count};
  pc_bytes_init(&texts->arena, SIZE_MAX / 4);
  texts->ends = calloc(count ? count : 1, sizeof(*texts->ends));
  return texts->ends ? PC_OK : PC_NO_MEMORY;
}

void pc_texts_deinit(struct pc_texts *texts)
{
  pc_bytes_deinit(&texts->arena);
  free(texts->ends);
  free(texts->tokens);
  *texts = (struct pc_texts){0};
}

void pc_texts_close_text(struct pc_texts *texts, size_t size)
{
  assert(texts->count < texts->capacity);
  pc_bytes_set_size(&texts->arena, texts->arena.size + size);
  texts->ends[texts->count++] = texts->arena.size;
}

enum pc_status
pc_texts_add(struct pc_texts *texts, const char *data, size_t size)
{
  enum pc_status status = pc_bytes_append(&texts->arena, data, size);

  if (status != PC_OK)
    return status;
  assert(texts->count < texts->capacity);
  texts->ends[texts->count++] = texts->arena.size;
  return PC_OK;
}

static enum pc_status grow(struct pc_texts *texts)
{
  uint32_t capacity =
      texts->capacity > UINT32_MAX / 2 ? UINT32_MAX : texts->capacity * 2;
  size_t *ends = NULL;

  if (texts->capacity == UINT32_MAX)
    return PC_TOO_LARGE;
  if (!capacity)
    capacity = FIRST_CAPACITY;
  ends = realloc(texts->ends, capacity * sizeof(*ends));
  if (!ends)
    return PC_NO_MEMORY;
  texts->ends = ends;
  texts->capacity = capacity;
  return PC_OK;
}

enum pc_status
pc_texts_push(struct pc_texts *texts, const char *data, size_t size)
{
  enum pc_status status = texts->count < texts->capacity ? PC_OK : grow(texts);

  return status == PC_OK ? pc_texts_add(texts, data, size) : status;
}

enum pc_status pc_texts_set_tokens(struct pc_texts *texts, const double *tokens)
{
  if (!texts->count)
    return PC_OK;
  texts->tokens = malloc(texts->count * sizeof(*texts->tokens));
  if (!texts->tokens)
    return PC_NO_MEMORY;
  memcpy(texts->tokens, tokens, texts->count * sizeof(*texts->tokens));
  return PC_OK;
}

struct pc_text pc_texts_at(const struct pc_texts *texts, uint32_t index)
{
  size_t start = index ? texts->ends[index - 1] : 0;

  assert(index < texts->count);
  return (struct pc_text){.data = texts->arena.data + start,
                          .size = texts->ends[index] - start};
}

uint64_t pc_texts_chars(const struct pc_texts *texts, uint32_t index)
{
  struct pc_text text = pc_texts_at(texts, index);
  uint64_t chars = 0;

  for (size_t i = 0; i < text.size; i++)
    chars += ((unsigned char)text.data[i] & 0xc0) != 0x80;
  return chars;
}
