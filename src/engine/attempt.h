/*
 * attempt.h - one try at one batch: a transfer and the reading of its answer.
 *
 * Reused through a free list, with its easy handle and buffers.
 * Thread: engine.
 */
#ifndef PC_ENGINE_ATTEMPT_H
#define PC_ENGINE_ATTEMPT_H

#include "base/queue.h"
#include "base/status.h"
#include "engine/answer.h"
#include "engine/context.h"
#include "net/counters.h"
#include "net/transfer.h"

struct pc_attempt;
struct pc_request;

/* PC_OK: the answer is checked and whole. The attempt still is the owner's. */
typedef void pc_attempt_done_fn(struct pc_attempt *attempt,
                                enum pc_status status);

struct pc_attempt {
  struct pc_link link; /* in the free list */
  struct pc_context *engine;
  struct pc_transfer *transfer;
  struct pc_answer answer;
  struct pc_decoding *decoding; /* of a large answer, else NULL */
  pc_attempt_done_fn *on_done;
  struct pc_request *request;
  pc_counter *received_bytes; /* borrowed; of decompressed answers */
  char request_id[PC_REQUEST_ID_SIZE];
};

/* Takes an attempt from the free list or makes one. NULL on no memory. */
struct pc_attempt *pc_attempt_take(struct pc_context *engine);

/* Gives an attempt back, aborting what is under way. NULL is allowed. */
void pc_attempt_release(struct pc_attempt *attempt);

/*
 * Sends `order`; answer, request, received_bytes and on_done are set by the
 * owner before.
 */
PC_MUST_CHECK enum pc_status
pc_attempt_start(struct pc_attempt *attempt,
                 const struct pc_transfer_order *order);

/* Ends every attempt of the free list. */
void pc_attempt_destroy_idle(struct pc_context *engine);

#endif
