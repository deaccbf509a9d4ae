/*
 * inputs.h - the inputs within a request body, each as its own text.
 *
 * The inner half of splice_request.h, which finds the member: this half knows
 * what inputs may look like. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_INPUTS_H
#define PC_WIRE_SPLICE_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/status.h"
#include "base/texts.h"
#include "wire/json/scan.h"
#include "wire/splice/form.h"

struct pc_splice_inputs {
  struct pc_texts items;     /* none when they are numbers */
  struct pc_splice_span cut; /* the body's part that the inputs replace */
  bool is_whole;             /* see struct pc_splice_request */
  bool are_numbers;          /* token ids */
  enum pc_status status;     /* PC_BAD_BODY: `fault` says why */
  struct pc_fault fault;
  /* Private from here on. */
  enum pc_splice_form form;
  size_t count; /* elements of the list so far */
};

PC_MUST_CHECK enum pc_status
pc_splice_inputs_init(struct pc_splice_inputs *inputs,
                      enum pc_splice_form form);

void pc_splice_inputs_deinit(struct pc_splice_inputs *inputs);

/* The name of the member that holds the inputs. Lends a literal. */
const char *pc_splice_inputs_name(enum pc_splice_form form);

/*
 * Reads the inputs, of which the scanner has just given the first `token`. Goes
 * on behind a complaint, so that the scanner can tell whether all is JSON.
 * PC_NO_MEMORY, PC_TOO_LARGE; what is wrong with the inputs is in `status`.
 */
PC_MUST_CHECK enum pc_status
pc_splice_inputs_read(struct pc_splice_inputs *inputs,
                      struct pc_json_scan *scan,
                      struct pc_text body,
                      enum pc_json_token token);

/* What a value is whose first token this is: "a list". Lends a literal. */
const char *pc_splice_type_name(enum pc_json_token token);

#endif
