/*
 * arrival.h - the answer to a hop, as it arrives on a lane.
 *
 * From the bytes of a connection to what the hop's owner hears: framing and
 * content codings are taken off, the head is gathered. Thread: engine.
 */
#ifndef PC_NET_ARRIVAL_H
#define PC_NET_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/chars.h"
#include "base/status.h"
#include "net/hop.h"
#include "wire/http/content_decoding.h"
#include "wire/http/response.h"

struct pc_arrival {
  struct pc_hop *hop; /* kept */
  struct pc_response response;
  struct pc_content_decoding *decoding; /* NULL where there is none */
  uint64_t told;                        /* bytes of the body, decoded */
  bool has_head;                        /* whole, and told */
  bool is_whole;                        /* the answer */
  bool may_be_kept; /* whole, with nothing behind it that was received */
};

/* Starts upon an answer. Of one before, pc_arrival_end has let go. */
void pc_arrival_start(struct pc_arrival *arrival, struct pc_hop *hop);

void pc_arrival_end(struct pc_arrival *arrival);

/* Reads what was received. Anything but PC_OK, from the owner or because the
   answer is no answer, ends the hop so. */
PC_MUST_CHECK enum pc_status pc_arrival_take(struct pc_arrival *arrival,
                                             struct pc_text data);

/* What the answer is as the peer sends no more: PC_OK for whole, else with
   words in the hop. `is_orderly`: see pc_response_close. */
PC_MUST_CHECK enum pc_status pc_arrival_close(struct pc_arrival *arrival,
                                              bool is_orderly);

#endif
