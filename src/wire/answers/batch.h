/*
 * batch.h - the answer of a generic JSON endpoint: any one JSON value.
 *
 * Only checked here, while it arrives; V8's own parser turns the text into
 * values later. An empty or blank body is a whole answer without a value.
 * One thread at a time.
 */
#ifndef PC_WIRE_ANSWERS_BATCH_H
#define PC_WIRE_ANSWERS_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/status.h"
#include "wire/json/scan.h"

struct pc_batch {
  bool is_empty;         /* the body held no value; valid once finished */
  struct pc_fault fault; /* set when reading failed */
  /* Private from here on. */
  bool has_token;
  struct pc_json_scan scan;
};

void pc_batch_init(struct pc_batch *answer);

/*
 * Checks what is new in text[0..size), the whole body as far as it is here.
 * `is_last` says that it is complete. PC_PARSE_ERROR sets `fault`.
 */
PC_MUST_CHECK enum pc_status pc_batch_read(struct pc_batch *answer,
                                           const char *text,
                                           size_t size,
                                           bool is_last);

/* Where V8's text begins: a byte order mark is no JSON to V8. */
size_t pc_batch_start(const struct pc_batch *answer);

/* May the body be handed to V8 as one-byte text? */
bool pc_batch_is_ascii(const struct pc_batch *answer);

#endif
