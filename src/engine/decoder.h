/*
 * decoder.h - the thread that reads large embeddings answers.
 *
 * To receive megabytes and to decode them take about the same time; where there
 * is a second core, both go on at once. The first large answer starts the
 * thread, so an engine of small ones has none.
 *
 * DESIGN. An answer that has turned out to be large becomes a decoding. The
 * engine copies its bytes into pieces and hands them over, full ones at once
 * and begun ones at the end of its turn. The decoder reads a piece at a time,
 * one decoding after the other; the engine is notified when one is over. When
 * many pieces wait, the engine reads one before it hands over the next: so
 * memory is bounded, and both threads have work.
 *
 *   engine  ──ready──▶ decoder   decodings with pieces; lock + condition
 *   engine ◀── over ── decoder   decodings at their end; lock + wake-up
 *
 * Shared, and how it is guarded:
 *   pc_decoder: ready, over, idle_pieces, waiting_count, is_stopping    lock
 *   pc_decoding: state, link, pieces, status, is_ended, is_dropped      lock
 *   pc_decoding: answer            whoever has set it PC_DECODING_IN_WORK,
 *                                  and the engine when it is over
 *   pc_decoder.poller                                          pc_poller_wake
 * The rest is the engine's. The decoder reaches nothing else of it: a decoding
 * that is dropped while in work is ended by the thread that works on it.
 */
#ifndef PC_ENGINE_DECODER_H
#define PC_ENGINE_DECODER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/queue.h"
#include "base/status.h"
#include "net/poller.h"
#include "wire/answers/embeddings.h"

struct pc_decoding;

/*
 * All bytes were read, or one that cannot be right: pc_decoding_finish is due.
 * Called once per decoding, unless it is dropped. Thread: engine.
 */
typedef void pc_decoding_over_fn(void *owner);

struct pc_decoder {
  struct pc_poller *poller; /* kept; woken when a decoding is over */
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t has_work; /* or is to stop: the decoder waits for it */
  pthread_cond_t has_read; /* one piece: the engine waits for it */
  struct pc_queue ready;   /* decodings that nobody works on */
  struct pc_queue over;    /* decodings that the engine does not know of */
  struct pc_queue begun;   /* decodings whose last piece may still grow */
  struct pc_queue idle_pieces;
  unsigned waiting_count; /* pieces handed over and not read */
  bool is_started;
  bool is_stopping;
};

/* Starts no thread yet. Thread: any. */
void pc_decoder_init(struct pc_decoder *decoder, struct pc_poller *poller);

/* Joins the thread. No decoding may be left. Thread: engine. */
void pc_decoder_close(struct pc_decoder *decoder);

/* The poller was woken: calls on_over of what is over. Thread: engine. */
void pc_decoder_report(struct pc_decoder *decoder);

/* The turn ends: hands over what has come in it. Thread: engine. */
void pc_decoder_flush(struct pc_decoder *decoder);

/*
 * Gives a decoding that goes on with `answer`, which is an empty one then.
 * NULL, and `answer` as it was, when there is no core or no memory for it.
 * `owner` is kept. Thread: engine.
 */
struct pc_decoding *pc_decoding_create(struct pc_decoder *decoder,
                                       struct pc_embeddings *answer,
                                       pc_decoding_over_fn *on_over,
                                       void *owner);

/* Copies the next bytes. PC_NO_MEMORY: not all of them. Thread: engine. */
PC_MUST_CHECK enum pc_status
pc_decoding_feed(struct pc_decoding *decoding, const char *data, size_t size);

/* Nothing will follow: on_over is called when all is read. Thread: engine. */
void pc_decoding_end(struct pc_decoding *decoding);

/* Ends a decoding that is over; `answer` becomes what it has read, or why it
   was refused. Thread: engine. */
void pc_decoding_finish(struct pc_decoding *decoding,
                        struct pc_embeddings *answer);

/* Ends a decoding at any time. NULL is allowed. Thread: engine. */
void pc_decoding_drop(struct pc_decoding *decoding);

#endif
