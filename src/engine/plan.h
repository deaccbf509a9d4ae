/*
 * plan.h - what one call is to do: its kind, limits, texts and inputs.
 *
 * Filled by the owner before the job is made of it. The fields below
 * `splice` follow from the rest: the job sets them before the first batch.
 */
#ifndef PC_ENGINE_PLAN_H
#define PC_ENGINE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/texts.h"
#include "policy/preference.h"
#include "wire/http/body.h"
#include "wire/splice/form.h"

struct pc_endpoints;

/* What a call asks for. Numbers are part of the addon's interface. */
enum pc_kind {
  PC_EMBEDDINGS,
  PC_RERANK,
  PC_CLASSIFY,
  PC_POST,   /* inputs are ready request bodies */
  PC_SPLICE, /* inputs are cut out of a body, answers joined into one */
  PC_KIND_COUNT
};

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
  PC_WORD_PATHS,    /* of PC_SPLICE_GENERIC: see pc_url_path_is_named */
  PC_WORD_COUNT
};

#define PC_FINAL_STATUSES_MOST 64

struct pc_splice_plan {
  enum pc_splice_form form;
  bool is_bare;        /* see struct pc_splice_facts */
  bool is_whole;       /* see struct pc_splice_request; set by the job */
  struct pc_text body; /* kept: the owner's until the job has ended */
};

struct pc_job_plan {
  enum pc_kind kind;
  bool is_opaque;       /* see struct pc_embeddings */
  bool wants_partial;   /* a batch that fails for good does not end the call */
  bool has_own_retries; /* the caller has set max_retries, not our default */
  bool is_unyielding;   /* a server's refusals do not slow it down */
  bool may_split;       /* batches refused as too large are sent as two */
  unsigned own_headers; /* see struct pc_target */
  long final_statuses[PC_FINAL_STATUSES_MOST]; /* never tried again */
  uint32_t final_status_count;
  struct pc_preference preference;
  struct pc_texts words;        /* PC_WORD_COUNT, each ending in a NUL */
  uint32_t input_count;         /* of the call; not yet with PC_SPLICE */
  struct pc_texts inputs;       /* all, or of PC_POST those at hand */
  struct pc_splice_plan splice; /* with PC_SPLICE */

  /* With a pool, instead of the words for the URL and the headers. */
  struct pc_endpoints *endpoints; /* one reference, else NULL */
  struct pc_texts places; /* URL and header lines of each, ending in a NUL */
  bool is_pinning; /* the first attempts of the call go to one endpoint */

  struct pc_text path;        /* behind every URL; kept */
  uint32_t inputs_first;      /* with which `inputs` begin */
  struct pc_body_frame frame; /* of every body, unless: */
  bool are_inputs_bodies;     /* each is sent alone, as it is, and once only */
  bool is_bodiless;           /* answers have no body */
};

/* Ends its texts, and its reference. One of zeros is fine. */
void pc_plan_deinit(struct pc_job_plan *plan);

/* Lends one of the plan's words; a NUL stands behind it. */
struct pc_text pc_plan_word(const struct pc_job_plan *plan, enum pc_word word);

/* Is this one of the statuses that are never tried again? */
bool pc_plan_is_final(const struct pc_job_plan *plan, long http_status);

/*
 * Writes the first input of each batch into `starts`, and the count of inputs
 * behind the last; that may take one more place than there are inputs. Answers
 * how many batches there are.
 */
uint32_t pc_plan_batches(const struct pc_job_plan *plan, uint32_t *starts);

/*
 * Puts the body for inputs first … first+count-1 into `buffer`. They must be at
 * hand; a lone input that is a body gives its memory. *tokens are those of the
 * inputs by the owner's count, below 0 where he has not counted.
 */
PC_MUST_CHECK enum pc_status pc_plan_body(struct pc_job_plan *plan,
                                          uint32_t first,
                                          uint32_t count,
                                          struct pc_bytes *buffer,
                                          double *tokens);

/* Is there this input already? Those before it are asked for no more. */
bool pc_plan_has_input(const struct pc_job_plan *plan, uint32_t input);

/* Does the owner have inputs yet behind those at hand? */
bool pc_plan_lacks_inputs(const struct pc_job_plan *plan);

/* The inputs at hand are spent: takes those that follow. */
void pc_plan_take_inputs(struct pc_job_plan *plan, struct pc_texts *inputs);

#endif
