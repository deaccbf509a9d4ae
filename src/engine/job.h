/*
 * job.h - one call: its inputs, its window of running requests, its result.
 *
 * Made on the owner's thread, submitted once, given back by the outcome that
 * ends it. Between those two only the engine's thread may look inside.
 * Reference counted, because a request to cancel may still be on its way when
 * the job ends.
 */
#ifndef PC_ENGINE_JOB_H
#define PC_ENGINE_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "base/status.h"
#include "base/texts.h"
#include "engine/answer.h"
#include "engine/context.h"
#include "engine/failure.h"
#include "engine/outcome.h"
#include "engine/result.h"
#include "engine/splicing.h"
#include "net/counters.h"
#include "net/target.h"
#include "policy/budget.h"
#include "policy/preference.h"
#include "wire/http/body.h"

/* The texts of a call beside its inputs, each NUL-terminated. */
enum pc_word {
  PC_WORD_URL,
  PC_WORD_METHOD,
  PC_WORD_HEADERS, /* "name: value" lines separated by '\n' */
  PC_WORD_ID_STEM, /* request ids are stem-batch-attempt */
  PC_WORD_PREFIX,  /* this and the next three: struct pc_body_frame */
  PC_WORD_OPEN,
  PC_WORD_CLOSE,
  PC_WORD_SUFFIX,
  PC_WORD_DEFAULTS, /* JSON text of PC_SPLICE: members for bodies without */
  PC_WORD_METADATA, /* likewise: see struct pc_splice_facts */
  PC_WORD_COUNT
};

#define PC_FINAL_STATUSES_MOST 64

struct pc_job_plan {
  enum pc_kind kind;
  bool is_opaque;       /* see struct pc_embeddings */
  bool wants_partial;   /* a batch that fails for good does not end the call */
  bool may_split;       /* batches refused as too large are sent as two */
  unsigned own_headers; /* see struct pc_target */
  long final_statuses[PC_FINAL_STATUSES_MOST]; /* never tried again */
  uint32_t final_status_count;
  struct pc_preference preference;
  struct pc_texts words;  /* PC_WORD_COUNT, each ending in a NUL */
  struct pc_texts inputs; /* texts, or with PC_BATCH ready request bodies */
  struct pc_splice_plan splice; /* with PC_SPLICE, which has no inputs yet */
};

/* How far a job is. Written by the engine's thread, read by any. */
struct pc_progress {
  pc_counter batches; /* grows when batches are split */
  pc_counter completed_batches;
  pc_counter completed_inputs;
  pc_counter retries;
  pc_counter hedges;
  pc_counter received_bytes; /* of answers, decompressed; with those of attempts
                                that failed */
};

struct pc_origin;

struct pc_job {
  /* Set before the job is submitted, then only read. */
  struct pc_job_plan plan;
  struct pc_target target;
  struct pc_body_frame frame; /* with PC_SPLICE set when it starts */
  void *owner;                /* for the owner's use */

  /* The engine's, until the end. */
  struct pc_context *engine;
  struct pc_origin *origin;     /* one reference */
  struct pc_link link;          /* in pc_context.jobs */
  struct pc_link runnable_link; /* in pc_context.runnable */
  struct pc_link origin_link;   /* in pc_origin.waiting */
  struct pc_queue requests;     /* all that are not over */
  struct pc_queue ready;        /* those that want a slot */
  uint32_t *batch_starts;       /* planned_count + 1 input indexes */
  uint32_t planned_count;
  uint32_t next_planned;  /* the next to be sent for the first time */
  uint32_t made_count;    /* batches made so far: the next one's number */
  uint32_t largest_batch; /* inputs; learned from refusals */
  uint32_t running_count; /* requests that hold a slot */
  struct pc_budget retry_budget;
  struct pc_budget hedge_budget;
  struct pc_alarm *total_alarm;
  uint64_t deadline_ns;    /* monotonic, UINT64_MAX for none */
  bool is_overdue;         /* the total timeout has struck */
  uint32_t answered_count; /* inputs with an answer */
  bool is_over;

  /* The result: the owner's after the end. */
  struct pc_failure failure; /* status PC_OK when the call succeeded */
  struct pc_result result;
  struct pc_splicing splicing;
  struct pc_outcome end; /* the last outcome */

  /* Shared. */
  struct pc_progress progress; /* atomic */
  atomic_int reference_count;
  struct pc_link inbox_link;  /* guard: the engine's inbox lock */
  struct pc_link cancel_link; /* guard: the engine's inbox lock */
  bool is_cancel_asked;       /* guard: the engine's inbox lock */
};

/*
 * Makes a job with one reference and gives it in *out. Takes the texts of
 * `plan`, failure included. PC_INVALID_ARGUMENT fills `fault`. Thread: any.
 */
PC_MUST_CHECK enum pc_status pc_job_create(struct pc_job_plan *plan,
                                           struct pc_fault *fault,
                                           struct pc_job **out);

/* Thread: any. */
void pc_job_keep(struct pc_job *job);

/* Destroys the job with its last reference. NULL is allowed. Thread: any. */
void pc_job_release(struct pc_job *job);

/* Lends one of the plan's words. */
const char *pc_job_word(const struct pc_job *job, enum pc_word word);

/* From here on, thread: engine. */

/* Splits the inputs and queues the first batches. */
void pc_job_start(struct pc_job *job, struct pc_context *engine);

/* Is there something to send, and a free slot to send it in? */
bool pc_job_can_send(const struct pc_job *job);

/* Sends one request. Only when pc_job_can_send. */
void pc_job_send_one(struct pc_job *job);

/* Queues the job for sending when it can. */
void pc_job_wake(struct pc_job *job);

/* Is each input a request body of its own? */
bool pc_job_sends_inputs_alone(const struct pc_job *job);

/* Ends the job, unless it is over, with its requests aborted. */
void pc_job_end(struct pc_job *job, enum pc_status status);

/* Makes the second of two batches out of inputs that were one. */
PC_MUST_CHECK enum pc_status
pc_job_add_batch(struct pc_job *job, uint32_t first, uint32_t count);

/*
 * A batch has succeeded or, when outcome->failure is set, failed for good.
 * Takes `outcome`. Its request is gone. May end the job.
 */
void pc_job_take_batch(struct pc_job *job, struct pc_outcome *outcome);

#endif
