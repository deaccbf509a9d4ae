#include "engine/reader.h"

#include <stdlib.h>

#include "engine/context.h"

enum {
  BODY_CEILING = 512 * 1024 * 1024 - 1024, /* what one V8 string can hold */
  LARGE_SIZE = 256 * 1024
};

enum pc_status
pc_reader_keep(struct pc_reader *reader, const char *data, size_t size)
{
  size_t room = PC_READER_KEPT_SIZE - reader->text.size;

  return pc_bytes_append(&reader->text, data, size < room ? size : room);
}

void pc_reader_trim(struct pc_bytes *bytes)
{
  if (bytes->capacity > LARGE_SIZE)
    pc_bytes_deinit(bytes);
}

static struct pc_reader *create(struct pc_context *engine,
                                const struct pc_reader_ops *ops)
{
  struct pc_reader *reader = calloc(1, sizeof(*reader));

  if (!reader)
    return NULL;
  reader->engine = engine;
  reader->ops = ops;
  pc_bytes_init(&reader->text, BODY_CEILING);
  reader->ops->init(reader);
  return reader;
}

static void destroy(struct pc_reader *reader)
{
  reader->ops->deinit(reader);
  pc_bytes_deinit(&reader->text);
  free(reader);
}

struct pc_reader *pc_reader_take(struct pc_context *engine,
                                 const struct pc_reader_ops *ops,
                                 const struct pc_job_plan *plan,
                                 uint32_t first,
                                 uint32_t count,
                                 pc_reader_done_fn *on_done,
                                 void *owner)
{
  struct pc_link *idle = pc_queue_pop(&engine->idle_readers[plan->kind]);
  struct pc_reader *reader =
      idle ? PC_ITEM_OF(idle, struct pc_reader, link) : create(engine, ops);

  if (!reader)
    return NULL;
  reader->plan = plan;
  reader->on_done = on_done;
  reader->owner = owner;
  reader->first = first;
  reader->count = count;
  return reader;
}

void pc_reader_release(struct pc_reader *reader)
{
  if (!reader)
    return;
  pc_decoding_drop(reader->decoding);
  reader->decoding = NULL;
  pc_reader_trim(&reader->text);
  reader->ops->trim(reader);
  pc_queue_push_front(&reader->engine->idle_readers[reader->plan->kind],
                      &reader->link);
}

enum pc_status pc_reader_begin(struct pc_reader *reader)
{
  pc_bytes_clear(&reader->text);
  reader->fault.reason[0] = '\0';
  return reader->ops->begin(reader);
}

enum pc_status pc_reader_feed(struct pc_reader *reader,
                              bool is_error,
                              const char *data,
                              size_t size)
{
  return is_error ? pc_reader_keep(reader, data, size)
                  : reader->ops->feed(reader, data, size);
}

void pc_reader_finish(struct pc_reader *reader)
{
  if (reader->decoding)
    pc_decoding_end(reader->decoding); /* on_decoded goes on */
  else
    reader->on_done(reader->owner, reader->ops->finish(reader));
}

void pc_reader_destroy_idle(struct pc_context *engine)
{
  struct pc_link *link = NULL;

  for (int kind = 0; kind < PC_KIND_COUNT; kind++)
    while ((link = pc_queue_pop(&engine->idle_readers[kind])) != NULL)
      destroy(PC_ITEM_OF(link, struct pc_reader, link));
}
