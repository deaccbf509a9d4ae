#include "engine/reader.h"

#include <stdlib.h>

#include "engine/context.h"
#include "engine/decoder.h"
#include "engine/outcome.h"
#include "wire/http/head.h"
#include "wire/msgpack/json.h"

enum {
  BODY_CEILING = 512 * 1024 * 1024 - 1024, /* what one V8 string can hold */
  ERROR_CEILING = 1024 * 1024, /* of what a server says to an error */
  LARGE_SIZE = 256 * 1024
};

static struct pc_reader *create(struct pc_context *engine)
{
  struct pc_reader *reader = calloc(1, sizeof(*reader));

  if (!reader)
    return NULL;
  reader->engine = engine;
  pc_bytes_init(&reader->text, BODY_CEILING);
  pc_bytes_init(&reader->window, BODY_CEILING);
  pc_embeddings_init(&reader->embeddings);
  pc_scores_init(&reader->scores);
  pc_splice_answer_init(&reader->splice);
  return reader;
}

struct pc_reader *pc_reader_take(struct pc_context *engine,
                                 const struct pc_job_plan *plan,
                                 uint32_t first,
                                 uint32_t count,
                                 pc_reader_done_fn *on_done,
                                 void *owner)
{
  struct pc_link *idle = pc_queue_pop(&engine->idle_readers);
  struct pc_reader *reader =
      idle ? PC_ITEM_OF(idle, struct pc_reader, link) : create(engine);

  if (!reader)
    return NULL;
  reader->ops = pc_reader_ops_of(plan->kind);
  reader->plan = plan;
  reader->on_done = on_done;
  reader->owner = owner;
  reader->first = first;
  reader->count = count;
  pc_bytes_clear(&reader->text);
  reader->fault.reason[0] = '\0';
  return reader;
}

static void trim(struct pc_bytes *bytes)
{
  if (bytes->capacity > LARGE_SIZE)
    pc_bytes_deinit(bytes);
}

void pc_reader_release(struct pc_reader *reader)
{
  if (!reader)
    return;
  pc_decoding_drop(reader->decoding);
  reader->decoding = NULL;
  trim(&reader->text);
  trim(&reader->window);
  trim(&reader->embeddings.values);
  trim(&reader->embeddings.window);
  trim(&reader->scores.pairs);
  trim(&reader->scores.ends);
  trim(&reader->scores.strings);
  pc_queue_push_front(&reader->engine->idle_readers, &reader->link);
}

enum pc_status pc_reader_begin(struct pc_reader *reader)
{
  reader->received = 0;
  reader->is_packed = false;
  pc_bytes_clear(&reader->text);
  reader->fault.reason[0] = '\0';
  return reader->ops->begin ? reader->ops->begin(reader) : PC_OK;
}

enum pc_status
pc_reader_keep(struct pc_reader *reader, const char *data, size_t size)
{
  size_t room = PC_FAILURE_BODY_SIZE - reader->text.size;

  return pc_bytes_append(&reader->text, data, size < room ? size : room);
}

/* Moves what is whole of the window into the text. */
static enum pc_status unpack(struct pc_reader *reader, bool is_last)
{
  struct pc_msgpack_scan *scan = reader->packed;
  enum pc_status status =
      pc_msgpack_json_append(scan, reader->window.data, reader->window.size,
                             is_last, &reader->text, &reader->fault);

  if (status != PC_OK)
    return status;
  pc_bytes_drop_front(&reader->window, scan->at);
  pc_msgpack_scan_shift(scan);
  return PC_OK;
}

enum pc_status
pc_reader_gather(struct pc_reader *reader, const char *data, size_t size)
{
  enum pc_status status = PC_OK;

  if (!reader->is_packed)
    return pc_bytes_append(&reader->text, data, size);
  status = pc_bytes_append(&reader->window, data, size);
  return status == PC_OK ? unpack(reader, false) : status;
}

enum pc_status pc_reader_end_text(struct pc_reader *reader)
{
  return reader->is_packed ? unpack(reader, true) : PC_OK;
}

static bool names_msgpack(const struct pc_bytes *head)
{
  struct pc_text type = {0};

  return pc_http_head_find(head->data, head->size, "content-type", &type) &&
         pc_msgpack_is_named(type);
}

static enum pc_status begin_packed(struct pc_reader *reader, bool is_error)
{
  if (!is_error && reader->ops->begin_packed)
    return reader->ops->begin_packed(reader);
  if (!reader->packed)
    reader->packed = malloc(sizeof(*reader->packed));
  if (!reader->packed)
    return PC_NO_MEMORY;
  reader->is_packed = true;
  pc_msgpack_scan_init(reader->packed);
  pc_bytes_clear(&reader->window);
  return PC_OK;
}

/* What was read of a body that cannot be read any further is all there is. */
static enum pc_status
keep_unpacked(struct pc_reader *reader, const char *data, size_t size)
{
  enum pc_status status = pc_reader_gather(reader, data, size);

  if (reader->text.size > PC_FAILURE_BODY_SIZE)
    pc_bytes_set_size(&reader->text, PC_FAILURE_BODY_SIZE);
  if (status != PC_PARSE_ERROR)
    return status;
  reader->fault.reason[0] = '\0';
  return PC_HTTP_ERROR;
}

/* What matters of an error has come long before: the rest is not waited for. */
static enum pc_status
feed_error(struct pc_reader *reader, const char *data, size_t size)
{
  if (reader->received > ERROR_CEILING)
    return PC_HTTP_ERROR;
  return reader->is_packed ? keep_unpacked(reader, data, size)
                           : pc_reader_keep(reader, data, size);
}

enum pc_status pc_reader_feed(struct pc_reader *reader,
                              const struct pc_exchange *exchange,
                              const char *data,
                              size_t size)
{
  bool is_error = !pc_exchange_is_success(exchange);

  if (!reader->received && names_msgpack(&exchange->hop.head)) {
    enum pc_status status = begin_packed(reader, is_error);

    if (status != PC_OK)
      return status;
  }
  reader->received += size;
  if (is_error)
    return feed_error(reader, data, size);
  return reader->received > BODY_CEILING
             ? PC_TOO_LARGE
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

  while ((link = pc_queue_pop(&engine->idle_readers)) != NULL) {
    struct pc_reader *reader = PC_ITEM_OF(link, struct pc_reader, link);

    pc_bytes_deinit(&reader->text);
    pc_bytes_deinit(&reader->window);
    free(reader->packed);
    pc_embeddings_deinit(&reader->embeddings);
    pc_scores_deinit(&reader->scores);
    pc_splice_answer_deinit(&reader->splice);
    free(reader);
  }
}
