/*
 * request.h - a caller's request body, cut into inputs.
 *
 * The inputs keep the text they came in, and so does all that stands around
 * them: a batch's body is the prefix, some of the inputs with commas between
 * them, and the suffix. Nothing is parsed into values or written anew.
 * One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_REQUEST_H
#define PC_WIRE_SPLICE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/texts.h"
#include "wire/splice/form.h"

struct pc_splice_request {
  struct pc_texts items;    /* each input's JSON text as the caller wrote it */
  struct pc_bytes prefix;   /* what stands before the inputs in every body */
  struct pc_bytes suffix;   /* and behind them */
  struct pc_bytes url_path; /* PC_SPLICE_GENERIC only: begins with '/' */
  bool is_whole; /* the one item is not a list: it is sent alone, and its answer
                    is not counted */
};

void pc_splice_request_init(struct pc_splice_request *request);

void pc_splice_request_deinit(struct pc_splice_request *request);

/*
 * Cuts `body` and forgets what `out` held. Each member of `defaults`, a JSON
 * object's text, is added unless the body has its key (PC_SPLICE_GENERIC sends
 * the inputs alone and ignores it). Borrows both texts.
 *   PC_BAD_BODY      `fault` says what is wrong with the body, and where.
 *   PC_TOKEN_INPUTS  The body is good, but the inputs are numbers; `out` is
 *                    empty.
 *   PC_NOT_A_BATCH   PC_SPLICE_GENERIC only: the body is not JSON, or not an
 *                    object with url_path and payloads.
 * PC_INVALID_ARGUMENT: see pc_splice_defaults_read. All of them leave `out`
 * empty.
 */
PC_MUST_CHECK enum pc_status
pc_splice_request_read(enum pc_splice_form form,
                       struct pc_text body,
                       struct pc_text defaults,
                       struct pc_splice_request *out,
                       struct pc_fault *fault);

/* Characters within the strings of an input's JSON text. */
uint64_t pc_splice_chars(struct pc_text item);

#endif
