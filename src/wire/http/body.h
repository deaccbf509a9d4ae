/*
 * body.h - a request body: one frame around the inputs of a batch.
 *
 *   prefix  open text close , open text close …  suffix
 *
 * The frame's fixed parts are JSON text made once per call, for example
 * {"inputs":[ and ],"raw_scores":false} around ["…"]; only the inputs differ
 * from batch to batch. Thread: any.
 */
#ifndef PC_WIRE_HTTP_BODY_H
#define PC_WIRE_HTTP_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "base/texts.h"

struct pc_body_frame {
  struct pc_text prefix; /* all four are kept, not copied */
  struct pc_text open;
  struct pc_text close;
  struct pc_text suffix;
  bool is_json; /* inputs are JSON text already, else plain text */
};

/* Writes the body for texts first … first+count-1 into `out`, emptied first. */
PC_MUST_CHECK enum pc_status pc_body_write(const struct pc_body_frame *frame,
                                           const struct pc_texts *texts,
                                           uint32_t first,
                                           uint32_t count,
                                           struct pc_bytes *out);

#endif
