/*
 * reader.h - reads the body of one answer, as its kind of call demands.
 *
 * Vectors are decoded while they arrive, those of large answers by the decoder
 * thread; other bodies are gathered, and checked while they arrive or once they
 * are complete. An answer that calls itself MessagePack is read as such; but
 * for vectors and for calls that take any value, it is gathered as JSON. An
 * error answer's body is kept for the caller, up to a limit. What differs from
 * kind to kind stands in struct pc_reader_ops, one per kind (kinds.c), and
 * nowhere else in the engine. Readers come from a free list, with the buffers
 * of the answers before. Thread: engine.
 */
#ifndef PC_ENGINE_READER_H
#define PC_ENGINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/queue.h"
#include "base/status.h"
#include "engine/plan.h"
#include "net/exchange.h"
#include "wire/answers/batch.h"
#include "wire/answers/embeddings.h"
#include "wire/answers/scores.h"
#include "wire/msgpack/scan.h"
#include "wire/splice/answer.h"

struct pc_context;
struct pc_decoding;
struct pc_outcome;
struct pc_reader;
struct pc_result;

struct pc_reader_ops {
  bool is_spliced; /* one body in and one out: the owner hears of the end */

  /* The job begins: completes its plan. */
  enum pc_status (*start_job)(struct pc_job_plan *plan,
                              struct pc_result *result,
                              struct pc_fault *fault);
  /* All answers are there. NULL: nothing to do. */
  enum pc_status (*finish_job)(const struct pc_job_plan *plan,
                               struct pc_result *result);

  /* An answer begins; what came before is forgotten. NULL: nothing to do. */
  enum pc_status (*begin)(struct pc_reader *reader);
  /* It comes as MessagePack. NULL: `packed` is all it takes. */
  enum pc_status (*begin_packed)(struct pc_reader *reader);
  enum pc_status (*feed)(struct pc_reader *reader, const char *data, size_t);
  /* The body is complete. PC_OK: it is what was asked for. */
  enum pc_status (*finish)(struct pc_reader *reader);
  /* Adds the finished answer, of which `head` is the head, to the job's. */
  enum pc_status (*deliver)(struct pc_reader *reader,
                            const struct pc_bytes *head,
                            struct pc_result *result,
                            struct pc_outcome *outcome);
};

/* The answer was read, with this status. The reader still is the owner's. */
typedef void pc_reader_done_fn(void *owner, enum pc_status status);

struct pc_reader {
  struct pc_fault fault; /* why feeding or finishing failed, "" for none */
  struct pc_bytes text;  /* the body or its beginning, for messages */
  /* Private from here on. */
  struct pc_link link; /* in pc_context.idle_readers */
  const struct pc_reader_ops *ops;
  struct pc_context *engine;
  const struct pc_job_plan *plan;
  pc_reader_done_fn *on_done;
  void *owner;
  size_t received;                /* bytes of the body */
  uint32_t first;                 /* input with which the batch begins */
  uint32_t count;                 /* inputs in the batch */
  struct pc_decoding *decoding;   /* of a large answer, else NULL */
  bool is_packed;                 /* the body is MessagePack, read by: */
  struct pc_msgpack_scan *packed; /* owned; NULL before the first such body */
  struct pc_bytes window;         /* of it, what is not yet in `text` */
  struct pc_embeddings embeddings;
  struct pc_scores scores; /* of rerank and classify */
  struct pc_batch post;
  struct pc_splice_answer splice;
};

/* Keeps of the body's next bytes what fits into a failure. For pc_reader_ops.
 */
PC_MUST_CHECK enum pc_status
pc_reader_keep(struct pc_reader *reader, const char *data, size_t size);

/* Adds the body's next bytes to its text, as JSON. Likewise. */
PC_MUST_CHECK enum pc_status
pc_reader_gather(struct pc_reader *reader, const char *data, size_t size);

/* The text is complete, as far as the body is. Likewise. */
PC_MUST_CHECK enum pc_status pc_reader_end_text(struct pc_reader *reader);

/* Lends how calls of this kind begin, end and read their answers. */
const struct pc_reader_ops *pc_reader_ops_of(enum pc_kind kind);

/*
 * Takes a reader for the answer to inputs first … first+count-1 of `plan`,
 * which it keeps, as `owner`. NULL on no memory.
 */
struct pc_reader *pc_reader_take(struct pc_context *engine,
                                 const struct pc_job_plan *plan,
                                 uint32_t first,
                                 uint32_t count,
                                 pc_reader_done_fn *on_done,
                                 void *owner);

/* Gives a reader back at any time. NULL is allowed. */
void pc_reader_release(struct pc_reader *reader);

/* An answer begins: forgets the body so far. */
PC_MUST_CHECK enum pc_status pc_reader_begin(struct pc_reader *reader);

/*
 * Reads the next bytes of the body that `exchange` receives, whose head is
 * whole; of an error answer only the beginning is kept. PC_TOO_LARGE past 512
 * MiB; PC_HTTP_ERROR past 1 MiB of an error answer, or where it cannot be read:
 * it is as good as complete then.
 */
PC_MUST_CHECK enum pc_status pc_reader_feed(struct pc_reader *reader,
                                            const struct pc_exchange *exchange,
                                            const char *data,
                                            size_t size);

/*
 * The body is complete: on_done is called, at once or when the decoder thread
 * has read it all. A refusal by that thread calls it earlier.
 */
void pc_reader_finish(struct pc_reader *reader);

/* Ends every reader of the free lists. */
void pc_reader_destroy_idle(struct pc_context *engine);

#endif
