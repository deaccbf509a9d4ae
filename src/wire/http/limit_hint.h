/*
 * limit_hint.h - does a refusal mean that the batch was too large?
 *
 * Servers say so in many ways: 413, or 400 and 422 with two words in one text:
 * what has a limit (batch, inputs, tokens, payload ...), and that it was passed
 * (too many, too large, exceeds, maximum, less than ...). In an error that is
 * JSON, read with cJSON, the words count in values only, and not where the
 * server repeats the caller's texts; in any other body wherever they stand.
 * Thread: any.
 */
#ifndef PC_WIRE_HTTP_LIMIT_HINT_H
#define PC_WIRE_HTTP_LIMIT_HINT_H

#include <stdbool.h>
#include <stddef.h>

/* May a smaller batch be accepted where this answer refused one? */
bool pc_limit_hint(long http_status, const char *body, size_t size);

#endif
