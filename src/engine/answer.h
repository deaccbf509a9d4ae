/*
 * answer.h - what a transfer brings, read as the kind of call demands.
 *
 * Vectors are decoded while they arrive; other bodies are gathered, and checked
 * once they are complete. An error answer's body is kept for the caller, up to
 * a limit. Buffers are reused for the next answer. Thread: engine.
 */
#ifndef PC_ENGINE_ANSWER_H
#define PC_ENGINE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "wire/answers/batch.h"
#include "wire/answers/embeddings.h"
#include "wire/answers/scores.h"
#include "wire/splice/answer.h"

/* What a call asks for. Numbers are part of the addon's interface. */
enum pc_kind { PC_EMBEDDINGS, PC_RERANK, PC_CLASSIFY, PC_BATCH, PC_SPLICE };

struct pc_answer {
  enum pc_kind kind;
  uint32_t first; /* input of the whole call with which the batch begins */
  uint32_t count; /* inputs in the batch */
  bool is_opaque; /* see struct pc_embeddings */
  bool is_whole;  /* see struct pc_splice_request */
  enum pc_splice_form form; /* with PC_SPLICE */
  bool is_head;             /* the method has no body in its answer */
  bool is_error;            /* the status is not 2xx: the body is only kept */
  bool is_ascii;            /* of `value`, when finished */
  struct pc_bytes text;     /* body, or its beginning, for messages */
  struct pc_bytes value;    /* JSON for the caller, when finished with PC_OK */
  struct pc_embeddings embeddings;
  struct pc_scores scores; /* of rerank and classify */
  struct pc_batch batch;
  struct pc_splice_answer splice;
  struct pc_fault fault; /* why feeding or finishing failed, "" for none */
};

void pc_answer_init(struct pc_answer *answer);

void pc_answer_deinit(struct pc_answer *answer);

/* Forgets the body so far; kind, first, count and flags are set by the owner.
 */
PC_MUST_CHECK enum pc_status pc_answer_begin(struct pc_answer *answer);

PC_MUST_CHECK enum pc_status
pc_answer_feed(struct pc_answer *answer, const char *data, size_t size);

/* Are these vectors, and so much text of them that a second thread pays? */
bool pc_answer_is_large(const struct pc_answer *answer);

/* The body is complete. PC_OK: it is what was asked for. */
PC_MUST_CHECK enum pc_status pc_answer_finish(struct pc_answer *answer);

/* Gives memory back that a large answer left behind. */
void pc_answer_trim(struct pc_answer *answer);

#endif
