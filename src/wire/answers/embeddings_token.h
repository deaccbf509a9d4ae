/*
 * embeddings_token.h - what each token of an embeddings answer means.
 *
 * The inner half of embeddings.c, which cuts the body into tokens: this half
 * knows the shape and its rules. One thread at a time.
 */
#ifndef PC_WIRE_ANSWERS_EMBEDDINGS_TOKEN_H
#define PC_WIRE_ANSWERS_EMBEDDINGS_TOKEN_H

#include "base/status.h"
#include "wire/answers/embeddings.h"
#include "wire/json/scan.h"

/*
 * Says in the fault that `what` is too large, or that memory ran out; answers
 * `status`, which is one of the two.
 */
PC_MUST_CHECK enum pc_status pc_embeddings_refuse_size(
    struct pc_embeddings *answer, enum pc_status status, const char *what);

/* Takes the end of a vector whose values are all in `values`. */
PC_MUST_CHECK enum pc_status
pc_embeddings_end_vector(struct pc_embeddings *answer);

/*
 * Takes the token that the scanner has just read. Not called while the place is
 * PC_EMBEDDINGS_IN_VECTOR. Anything but PC_OK has filled the fault.
 */
PC_MUST_CHECK enum pc_status
pc_embeddings_take_token(struct pc_embeddings *answer,
                         enum pc_json_token token);

#endif
