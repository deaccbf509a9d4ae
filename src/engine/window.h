/*
 * window.h - the batches of a call that have not been sent yet, in order.
 *
 * Inputs that are bodies may come in parts, one ahead of those at hand, so that
 * requests need not wait for the owner's thread: then the window asks for more
 * whenever it has begun a part. One thread at a time.
 */
#ifndef PC_ENGINE_WINDOW_H
#define PC_ENGINE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/texts.h"
#include "engine/plan.h"

struct pc_window {
  struct pc_job_plan *plan; /* kept */
  uint32_t *batch_starts;   /* batch_count + 1 input indexes */
  uint32_t batch_count;
  uint32_t next;          /* the first that was not taken */
  struct pc_texts coming; /* inputs behind those at hand; empty: none yet */
  bool has_asked;         /* for them */
};

/*
 * Splits the inputs of `plan` into batches; with a limit of characters that
 * takes as long as reading them. PC_NO_MEMORY leaves an empty window.
 */
PC_MUST_CHECK enum pc_status pc_window_init(struct pc_window *window,
                                            struct pc_job_plan *plan);

/* Ending a window of zeros is fine. */
void pc_window_deinit(struct pc_window *window);

/* Batches that were not taken. */
uint32_t pc_window_left(const struct pc_window *window);

/* Are the inputs of the next batch there? */
bool pc_window_has_next(const struct pc_window *window);

/*
 * Takes the next batch, or the first `largest` inputs of a larger one; true
 * when nothing is left of it.
 */
bool pc_window_take(struct pc_window *window,
                    uint32_t largest,
                    uint32_t *first,
                    uint32_t *count);

/* Is it time to ask for more inputs? Once for each part. */
bool pc_window_asks(struct pc_window *window);

/* Takes the inputs it has asked for, and empties `inputs`. */
void pc_window_supply(struct pc_window *window, struct pc_texts *inputs);

#endif
