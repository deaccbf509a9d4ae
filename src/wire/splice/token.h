/*
 * token.h - what each token of an upstream answer means.
 *
 * The inner half of splice_answer.h, which cuts the body into tokens: this half
 * knows the shapes and their rules. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_TOKEN_H
#define PC_WIRE_SPLICE_TOKEN_H

#include "base/status.h"
#include "wire/json/scan.h"
#include "wire/splice/answer.h"

/* Takes the token just read. PC_PARSE_ERROR has filled the fault. */
PC_MUST_CHECK enum pc_status
pc_splice_token_take(struct pc_splice_answer *answer, enum pc_json_token token);

#endif
