/*
 * driver.h - plays the owner of an engine: submits jobs, waits for their end.
 */
#ifndef PC_TEST_DRIVER_H
#define PC_TEST_DRIVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/endpoints.h"
#include "engine/engine.h"

struct driver {
  struct pc_engine *engine;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct pc_queue outcomes; /* guard: lock */
  uint32_t answers;         /* batches answered, over all jobs */
  uint32_t inputs_answered; /* inputs in those */
  uint32_t failures;        /* batches told as failed */
  uint32_t ends;            /* jobs ended */
  uint32_t wants;           /* times that jobs asked for more inputs */
  bool is_mean;             /* it gives none then */
};

struct driver_call {
  enum pc_kind kind;
  const char *url;
  const char *method;        /* NULL for POST */
  const char *const *inputs; /* NULL for "{}" each */
  uint32_t input_count;
  uint32_t part;    /* of PC_POST: inputs that travel together, 0 for all */
  const char *body; /* with PC_SPLICE, instead of inputs: outlives the job */
  enum pc_splice_form form;
  bool wants_partial;
  bool may_split;
  long final_status;              /* 0 for none */
  struct pc_endpoints *endpoints; /* of a pool, or NULL; the caller's */
  const char *const *urls;        /* of those, in place of `url` */
  bool is_pinning;
  uint64_t allowed_bytes; /* of answers, 0 for any number */
  struct pc_preference preference;
};

/* A POST of `input_count` small JSON bodies with default limits. */
struct driver_call driver_call_for(const char *url, uint32_t input_count);

void driver_start(struct driver *driver);

/* The same for tests of what is refused; then driver_stop is due all the same.
 */
enum pc_status driver_try_start(struct driver *driver);

/* Destroys the engine and reads what it still hands over. */
void driver_stop(struct driver *driver);

/* Submits; the job stays valid until driver_release. */
struct pc_job *driver_submit(struct driver *driver,
                             const struct driver_call *call);

/* The same for tests of what is refused, which leaves NULL in *out. */
enum pc_status driver_try_submit(struct driver *driver,
                                 const struct driver_call *call,
                                 struct pc_job **out);

/* Reads outcomes until `job` has ended. */
void driver_wait(struct driver *driver, struct pc_job *job);

/* The same until `count` batches were answered. */
void driver_wait_for_answers(struct driver *driver, uint32_t count);

/* Submit and wait. */
struct pc_job *driver_run(struct driver *driver,
                          const struct driver_call *call);

void driver_release(struct pc_job *job);

#endif
