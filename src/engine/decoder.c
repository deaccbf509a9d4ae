#include "engine/decoder.h"

#include <stdlib.h>
#include <string.h>

#include "base/thread.h"

enum {
  PIECE_SIZE = 64 * 1024, /* some 40 us of decoding */
  MOST_WAITING = 64       /* pieces: 4 MiB */
};

enum pc_decoding_state {
  PC_DECODING_EMPTY,   /* no piece waits */
  PC_DECODING_READY,   /* in pc_decoder.ready */
  PC_DECODING_IN_WORK, /* one of the threads reads a piece of it */
  PC_DECODING_OVER     /* refused, or read to its end */
};

struct piece {
  struct pc_link link; /* in pc_decoding.pieces or pc_decoder.idle_pieces */
  size_t size;         /* bytes */
  char data[PIECE_SIZE];
};

struct pc_decoding {
  struct pc_link link;       /* in pc_decoder.ready or .over */
  struct pc_link begun_link; /* in pc_decoder.begun */
  struct pc_decoder *decoder;
  pc_decoding_over_fn *on_over;
  void *owner;
  struct piece *begun; /* not handed over yet, NULL for none */
  struct pc_queue pieces;
  enum pc_decoding_state state;
  enum pc_status status; /* of what was read */
  bool is_ended;         /* no piece will follow */
  bool is_dropped;       /* while it was in work */
  struct pc_embeddings answer;
};

/* The functions down to `run` are called with the lock held. */

static void recycle(struct pc_decoder *decoder, struct piece *piece)
{
  pc_queue_push_front(&decoder->idle_pieces, &piece->link);
}

static void drop_pieces(struct pc_decoding *decoding)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(&decoding->pieces)) != NULL) {
    recycle(decoding->decoder, PC_ITEM_OF(link, struct piece, link));
    decoding->decoder->waiting_count--;
  }
}

static void destroy(struct pc_decoding *decoding)
{
  drop_pieces(decoding);
  pc_embeddings_deinit(&decoding->answer);
  free(decoding);
}

static void set_ready(struct pc_decoding *decoding)
{
  decoding->state = PC_DECODING_READY;
  pthread_cond_signal(&decoding->decoder->has_work);
}

static void set_over(struct pc_decoding *decoding)
{
  struct pc_decoder *decoder = decoding->decoder;
  bool was_empty = pc_queue_is_empty(&decoder->over);

  drop_pieces(decoding);
  decoding->state = PC_DECODING_OVER;
  pc_queue_push(&decoder->over, &decoding->link);
  if (was_empty)
    pc_poller_wake(decoder->poller);
}

/* A piece was read: what comes next? */
static void leave_work(struct pc_decoding *decoding)
{
  bool has_pieces = !pc_queue_is_empty(&decoding->pieces);

  if (decoding->is_dropped)
    destroy(decoding);
  else if (decoding->status != PC_OK || (!has_pieces && decoding->is_ended))
    set_over(decoding);
  else if (has_pieces) {
    /* It goes on while its state is in the cache, and so ends the sooner. */
    pc_queue_push_front(&decoding->decoder->ready, &decoding->link);
    set_ready(decoding);
  } else
    decoding->state = PC_DECODING_EMPTY;
}

/* Reads a piece, while the lock is open. False when there is none to read. */
static bool read_one(struct pc_decoder *decoder)
{
  struct pc_link *link = pc_queue_pop(&decoder->ready);
  struct pc_decoding *decoding = NULL;
  struct piece *piece = NULL;
  enum pc_status status = PC_OK;

  if (!link)
    return false;
  decoding = PC_ITEM_OF(link, struct pc_decoding, link);
  decoding->state = PC_DECODING_IN_WORK;
  piece = PC_ITEM_OF(pc_queue_pop(&decoding->pieces), struct piece, link);

  pthread_mutex_unlock(&decoder->lock);
  status = pc_embeddings_feed(&decoding->answer, piece->data, piece->size);
  pthread_mutex_lock(&decoder->lock);

  decoding->status = status;
  recycle(decoder, piece);
  decoder->waiting_count--;
  leave_work(decoding);
  return true;
}

/* The engine reads, too, while too much waits. */
static void make_room(struct pc_decoder *decoder)
{
  while (decoder->waiting_count >= MOST_WAITING)
    if (!read_one(decoder))
      pthread_cond_wait(&decoder->has_read, &decoder->lock);
}

static struct piece *take_begun(struct pc_decoding *decoding)
{
  struct piece *piece = decoding->begun;

  if (pc_link_is_queued(&decoding->begun_link))
    pc_link_remove(&decoding->begun_link);
  decoding->begun = NULL;
  return piece;
}

static void queue_begun(struct pc_decoding *decoding)
{
  struct pc_decoder *decoder = decoding->decoder;
  struct piece *piece = take_begun(decoding);

  make_room(decoder);
  if (decoding->state == PC_DECODING_OVER) {
    recycle(decoder, piece);
    return;
  }
  pc_queue_push(&decoding->pieces, &piece->link);
  decoder->waiting_count++;
  if (decoding->state == PC_DECODING_EMPTY) {
    pc_queue_push(&decoder->ready, &decoding->link);
    set_ready(decoding);
  }
}

static void *run(void *context)
{
  struct pc_decoder *decoder = context;

  pc_thread_give_way();
  pthread_mutex_lock(&decoder->lock);
  while (!decoder->is_stopping) {
    if (read_one(decoder))
      pthread_cond_signal(&decoder->has_read);
    else
      pthread_cond_wait(&decoder->has_work, &decoder->lock);
  }
  pthread_mutex_unlock(&decoder->lock);
  return NULL;
}

void pc_decoder_report(struct pc_decoder *decoder)
{
  struct pc_queue over;
  struct pc_link *link = NULL;

  pc_queue_init(&over);
  pthread_mutex_lock(&decoder->lock);
  pc_queue_move(&over, &decoder->over);
  pthread_mutex_unlock(&decoder->lock);

  while ((link = pc_queue_pop(&over)) != NULL) {
    struct pc_decoding *decoding = PC_ITEM_OF(link, struct pc_decoding, link);

    decoding->on_over(decoding->owner);
  }
}

void pc_decoder_init(struct pc_decoder *decoder, struct pc_poller *poller)
{
  *decoder = (struct pc_decoder){.poller = poller};
  pthread_mutex_init(&decoder->lock, NULL);
  pthread_cond_init(&decoder->has_work, NULL);
  pthread_cond_init(&decoder->has_read, NULL);
  pc_queue_init(&decoder->ready);
  pc_queue_init(&decoder->over);
  pc_queue_init(&decoder->begun);
  pc_queue_init(&decoder->idle_pieces);
}

static void stop_thread(struct pc_decoder *decoder)
{
  pthread_mutex_lock(&decoder->lock);
  decoder->is_stopping = true;
  pthread_cond_signal(&decoder->has_work);
  pthread_mutex_unlock(&decoder->lock);
  pthread_join(decoder->thread, NULL);
}

/* Frees the memory of pieces that were read. */
static void free_pieces(struct pc_decoder *decoder)
{
  struct pc_queue idle;
  struct pc_link *link = NULL;

  pc_queue_init(&idle);
  pthread_mutex_lock(&decoder->lock);
  pc_queue_move(&idle, &decoder->idle_pieces);
  pthread_mutex_unlock(&decoder->lock);
  while ((link = pc_queue_pop(&idle)) != NULL)
    free(PC_ITEM_OF(link, struct piece, link));
}

void pc_decoder_close(struct pc_decoder *decoder)
{
  if (decoder->is_started)
    stop_thread(decoder);
  free_pieces(decoder);
  pthread_cond_destroy(&decoder->has_read);
  pthread_cond_destroy(&decoder->has_work);
  pthread_mutex_destroy(&decoder->lock);
}

void pc_decoder_flush(struct pc_decoder *decoder)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(&decoder->begun)) != NULL) {
    pthread_mutex_lock(&decoder->lock);
    queue_begun(PC_ITEM_OF(link, struct pc_decoding, begun_link));
    pthread_mutex_unlock(&decoder->lock);
  }
}

static bool is_running(struct pc_decoder *decoder)
{
  if (!decoder->is_started && pc_thread_cores() > 1)
    decoder->is_started =
        pc_thread_start(run, decoder, &decoder->thread) == PC_OK;
  return decoder->is_started;
}

struct pc_decoding *pc_decoding_create(struct pc_decoder *decoder,
                                       struct pc_embeddings *answer,
                                       pc_decoding_over_fn *on_over,
                                       void *owner)
{
  struct pc_decoding *decoding = NULL;

  if (!is_running(decoder))
    return NULL;
  decoding = calloc(1, sizeof(*decoding));
  if (!decoding)
    return NULL;
  decoding->decoder = decoder;
  decoding->on_over = on_over;
  decoding->owner = owner;
  pc_queue_init(&decoding->pieces);
  decoding->answer = *answer;
  pc_embeddings_init(answer);
  return decoding;
}

static enum pc_status begin_piece(struct pc_decoding *decoding)
{
  struct pc_decoder *decoder = decoding->decoder;
  struct pc_link *idle = NULL;

  pthread_mutex_lock(&decoder->lock);
  idle = pc_queue_pop(&decoder->idle_pieces);
  pthread_mutex_unlock(&decoder->lock);
  decoding->begun = idle ? PC_ITEM_OF(idle, struct piece, link)
                         : malloc(sizeof(*decoding->begun));
  if (!decoding->begun)
    return PC_NO_MEMORY;
  decoding->begun->link = (struct pc_link){0};
  decoding->begun->size = 0;
  pc_queue_push(&decoder->begun, &decoding->begun_link);
  return PC_OK;
}

/* Copies what fits into the begun piece and tells how much that was. */
static size_t
fill_piece(struct pc_decoding *decoding, const char *data, size_t size)
{
  struct piece *piece = decoding->begun;
  size_t room = PIECE_SIZE - piece->size;
  size_t taken = size < room ? size : room;

  memcpy(piece->data + piece->size, data, taken);
  piece->size += taken;
  if (taken == room) {
    pthread_mutex_lock(&decoding->decoder->lock);
    queue_begun(decoding);
    pthread_mutex_unlock(&decoding->decoder->lock);
  }
  return taken;
}

enum pc_status
pc_decoding_feed(struct pc_decoding *decoding, const char *data, size_t size)
{
  while (size) {
    size_t taken = 0;

    if (!decoding->begun && begin_piece(decoding) != PC_OK)
      return PC_NO_MEMORY;
    taken = fill_piece(decoding, data, size);
    data += taken;
    size -= taken;
  }
  return PC_OK;
}

void pc_decoding_end(struct pc_decoding *decoding)
{
  pthread_mutex_lock(&decoding->decoder->lock);
  if (decoding->begun)
    queue_begun(decoding);
  decoding->is_ended = true;
  if (decoding->state == PC_DECODING_EMPTY)
    set_over(decoding);
  pthread_mutex_unlock(&decoding->decoder->lock);
}

void pc_decoding_finish(struct pc_decoding *decoding,
                        struct pc_embeddings *answer)
{
  pc_embeddings_deinit(answer);
  *answer = decoding->answer;
  pc_embeddings_init(&decoding->answer);
  pc_decoding_drop(decoding);
}

void pc_decoding_drop(struct pc_decoding *decoding)
{
  struct pc_decoder *decoder = NULL;

  if (!decoding)
    return;
  decoder = decoding->decoder;
  pthread_mutex_lock(&decoder->lock);
  if (decoding->begun)
    recycle(decoder, take_begun(decoding));
  if (pc_link_is_queued(&decoding->link))
    pc_link_remove(&decoding->link);
  if (decoding->state == PC_DECODING_IN_WORK)
    decoding->is_dropped = true;
  else
    destroy(decoding);
  pthread_mutex_unlock(&decoder->lock);
}
