/*
 * preparation.h - a long piece of a job's work, done behind the engine.
 *
 * To cut a body into inputs takes about as long as reading it, some 0.6 ms a
 * megabyte. A large one gets a thread for that, so that the calls beside it do
 * not stand still. The engine looks every millisecond whether it is done, which
 * costs next to nothing and needs no way to be woken.
 */
#ifndef PC_ENGINE_PREPARATION_H
#define PC_ENGINE_PREPARATION_H

#include "base/fault.h"
#include "base/status.h"
#include "net/timers.h"

/* The work. Thread: the preparation's. */
typedef enum pc_status pc_preparation_fn(void *context, struct pc_fault *fault);

/* It is done: pc_preparation_end is due. Thread: engine. */
typedef void pc_prepared_fn(void *context);

struct pc_preparation;

/*
 * Gives one whose thread does `work`; on_done is called once, unless the
 * preparation is ended before. NULL: there is no thread or no memory for it.
 * Keeps `context` and `timers`. Thread: engine.
 */
struct pc_preparation *pc_preparation_create(struct pc_timers *timers,
                                             pc_preparation_fn *work,
                                             pc_prepared_fn *on_done,
                                             void *context);

/*
 * Ends it and answers what became of the work, for which it waits unless
 * on_done was called. Sets *preparation to NULL. Thread: engine.
 */
enum pc_status pc_preparation_end(struct pc_preparation **preparation,
                                  struct pc_fault *fault);

#endif
