/*
 * failure.h - how a call failed, with everything its caller may want to know.
 *
 * Filled on the engine's thread, read by the owner once the job has ended.
 */
#ifndef PC_ENGINE_FAILURE_H
#define PC_ENGINE_FAILURE_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "net/transfer.h"

#define PC_FAILURE_DETAIL_SIZE 256

struct pc_failure {
  enum pc_status status;
  char detail[PC_FAILURE_DETAIL_SIZE]; /* libcurl's or a reader's words */
  char request_id[PC_REQUEST_ID_SIZE]; /* "" when nothing was sent */
  struct pc_bytes head; /* of the failed answer, empty without one */
  struct pc_bytes body; /* its body, cut */
  long http_status;     /* 0 without an answer */
  uint32_t attempts;    /* made for that batch */
  int64_t batch;        /* -1 when no single batch failed the call */
  int64_t first_input;  /* -1 likewise */
  int64_t input_count;  /* -1 likewise */
};

/* Begins with "no batch failed". */
void pc_failure_init(struct pc_failure *failure, enum pc_status status);

void pc_failure_deinit(struct pc_failure *failure);

/* Copies `from`, which it borrows, over *to. PC_NO_MEMORY leaves *to alone. */
PC_MUST_CHECK enum pc_status pc_failure_copy(const struct pc_failure *from,
                                             struct pc_failure *to);

/* Ends a failure that stands on the heap. NULL is allowed. */
void pc_failure_destroy(struct pc_failure *failure);

#endif
