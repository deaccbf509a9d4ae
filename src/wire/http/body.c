#include "wire/http/body.h"

#include <string.h>

#include "wire/json/text.h"

static enum pc_status append(struct pc_bytes *out, struct pc_text text)
{
  return pc_bytes_append(out, text.data, text.size);
}

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

static enum pc_status append_input(struct pc_bytes *out,
                                   const struct pc_body_frame *frame,
                                   struct pc_text text)
{
  enum pc_status status = append(out, frame->open);

  if (status == PC_OK)
    status = frame->is_json ? append(out, text)
                            : pc_json_text_append(out, text.data, text.size);
  if (status == PC_OK)
    status = append(out, frame->close);
  return status;
}

enum pc_status pc_body_write(const struct pc_body_frame *frame,
                             const struct pc_texts *texts,
                             uint32_t first,
                             uint32_t count,
                             struct pc_bytes *out)
{
  enum pc_status status = PC_OK;

  pc_bytes_clear(out);
  status = pc_bytes_reserve(out, plain_size(frame, texts, first, count));
  if (status == PC_OK)
    status = append(out, frame->prefix);
  for (uint32_t i = 0; status == PC_OK && i < count; i++) {
    if (i)
      status = pc_bytes_append(out, ",", 1);
    if (status == PC_OK)
      status = append_input(out, frame, pc_texts_at(texts, first + i));
  }
  return status == PC_OK ? append(out, frame->suffix) : status;
}
