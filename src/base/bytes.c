#include "base/bytes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_CAPACITY = 256, FORMATTED_SIZE = 128 };

void pc_bytes_init(struct pc_bytes *bytes, size_t ceiling)
{
  *bytes = (struct pc_bytes){.ceiling = ceiling};
}

void pc_bytes_deinit(struct pc_bytes *bytes)
{
  free(bytes->data);
  pc_bytes_init(bytes, bytes->ceiling);
}

void pc_bytes_clear(struct pc_bytes *bytes)
{
  if (bytes->data)
    pc_bytes_set_size(bytes, 0);
}

static size_t grown_capacity(const struct pc_bytes *bytes, size_t needed)
{
  size_t capacity = bytes->capacity ? bytes->capacity : SMALLEST_CAPACITY;

  if (capacity > bytes->ceiling)
    capacity = bytes->ceiling;
  while (capacity < needed)
    capacity = capacity > bytes->ceiling / 2 ? bytes->ceiling : capacity * 2;
  return capacity;
}

enum pc_status pc_bytes_reserve(struct pc_bytes *bytes, size_t extra)
{
  size_t capacity = 0;
  char *data = NULL;

  if (extra > bytes->ceiling - bytes->size)
    return PC_TOO_LARGE;
  if (bytes->data && bytes->size + extra <= bytes->capacity)
    return PC_OK;

  capacity = grown_capacity(bytes, bytes->size + extra);
  data = realloc(bytes->data, capacity + 1);
  if (!data)
    return PC_NO_MEMORY;
  data[bytes->size] = '\0';
  bytes->data = data;
  bytes->capacity = capacity;
  return PC_OK;
}

enum pc_status
pc_bytes_append(struct pc_bytes *bytes, const void *data, size_t size)
{
  enum pc_status status = pc_bytes_reserve(bytes, size);

  if (status != PC_OK)
    return status;
  if (size)
    memcpy(bytes->data + bytes->size, data, size);
  pc_bytes_set_size(bytes, bytes->size + size);
  return PC_OK;
}

enum pc_status pc_bytes_append_text(struct pc_bytes *bytes, const char *text)
{
  return pc_bytes_append(bytes, text, strlen(text));
}

void pc_write(struct pc_writer *writer, struct pc_text text)
{
  if (writer->status == PC_OK)
    writer->status = pc_bytes_append(writer->out, text.data, text.size);
}

void pc_write_text(struct pc_writer *writer, const char *text)
{
  pc_write(writer, pc_text_of(text));
}

void pc_write_format(struct pc_writer *writer, const char *format, ...)
{
  char text[FORMATTED_SIZE];
  int size = 0;
  va_list arguments;

  va_start(arguments, format);
  size = vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  assert(size >= 0 && size < FORMATTED_SIZE);
  pc_write(writer, (struct pc_text){.data = text, .size = (size_t)size});
}

void pc_bytes_set_size(struct pc_bytes *bytes, size_t size)
{
  bytes->size = size;
  bytes->data[size] = '\0';
}

void pc_bytes_move(struct pc_bytes *to, struct pc_bytes *from)
{
  size_t ceiling = from->ceiling;

  free(to->data);
  *to = *from;
  pc_bytes_init(from, ceiling);
}

void pc_bytes_cut(struct pc_bytes *bytes, size_t size)
{
  char *data = NULL;

  if (bytes->size <= size)
    return;
  pc_bytes_set_size(bytes, size);
  data = realloc(bytes->data, size + 1);
  if (!data)
    return; /* cut, if not shrunk */
  bytes->data = data;
  bytes->capacity = size;
}

void pc_bytes_drop_front(struct pc_bytes *bytes, size_t count)
{
  if (!count)
    return;
  memmove(bytes->data, bytes->data + count, bytes->size - count);
  pc_bytes_set_size(bytes, bytes->size - count);
}
