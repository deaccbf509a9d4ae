/*
 * classify.h - the answer of a classification endpoint.
 *
 * One list of {"label", "score"} per input, in input order, in any of the forms
 * of scores.h. Row i is the list of input i: for each entry the place of its
 * label among the strings, and its score. Labels that come again and again are
 * there once, as a rule. Thread: any.
 */
#ifndef PC_WIRE_ANSWERS_CLASSIFY_H
#define PC_WIRE_ANSWERS_CLASSIFY_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "wire/answers/scores.h"

/*
 * Checks body[0..size) as the answer for `count` inputs, and reads it into
 * `scores`. PC_PARSE_ERROR fills `fault`.
 */
PC_MUST_CHECK enum pc_status pc_classify_read(const char *body,
                                              size_t size,
                                              uint32_t count,
                                              struct pc_scores *scores,
                                              struct pc_fault *fault);

#endif
