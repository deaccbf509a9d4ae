#include "wire/http/body.h"

#include <string.h>

#include "wire/json/text.h"

/* The body's size as long as nothing needs an escape. */
static size_t plain_size(const struct pc_body_frame *frame,
                         const struct pc_texts *texts,
                         uint32_t first,
                         uint32_t count)
{
  size_t commas = count ? count - 1 : 0;
  size_t size = frame->prefix.size + commas + frame->suffix.size;
  size_t around_text = frame->open.size + frame->close.size + strlen("\"\"");

  for (uint32_t i = 0; i < count; i++)
    size += pc_texts_at(texts, first + i).size + around_text;
  return size;
}

static void write_input(struct pc_writer *writer,
                        const struct pc_body_frame *frame,
                        struct pc_text text)
{
  pc_write(writer, frame->open);
  if (frame->is_json)
    pc_write(writer, text);
  else if (writer->status == PC_OK)
    writer->status = pc_json_text_append(writer->out, text.data, text.size);
  pc_write(writer, frame->close);
}

enum pc_status pc_body_write(const struct pc_body_frame *frame,
                             const struct pc_texts *texts,
                             uint32_t first,
                             uint32_t count,
                             struct pc_bytes *out)
{
  struct pc_writer writer = {.out = out};

  pc_bytes_clear(out);
  writer.status = pc_bytes_reserve(out, plain_size(frame, texts, first, count));
  pc_write(&writer, frame->prefix);
  for (uint32_t i = 0; i < count; i++) {
    if (i)
      pc_write_text(&writer, ",");
    write_input(&writer, frame, pc_texts_at(texts, first + i));
  }
  pc_write(&writer, frame->suffix);
  return writer.status;
}
