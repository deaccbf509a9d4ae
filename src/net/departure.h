/*
 * departure.h - the request of a hop, as it leaves on a lane.
 *
 * Head and body as two texts, of which a part may have been sent. A small body
 * is copied behind the head, so that both are one. Keeps its memory for the
 * next request. Thread: engine.
 */
#ifndef PC_NET_DEPARTURE_H
#define PC_NET_DEPARTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/chars.h"
#include "base/status.h"
#include "net/hop.h"
#include "wire/http/request_head.h"

struct pc_departure {
  struct pc_bytes out;             /* the head, and a small body */
  struct pc_text body;             /* one that is not in `out`; lent */
  size_t head_size;                /* in `out` */
  size_t out_sent;                 /* bytes of `out` */
  size_t body_sent;                /* bytes of `body` */
  struct pc_request_head own_head; /* of a place that is not the target's */
};

void pc_departure_init(struct pc_departure *departure);

void pc_departure_deinit(struct pc_departure *departure);

/* Writes the request of `hop`, whose body is lent until it has left.
   PC_INVALID_ARGUMENT: it is libcurl's to write. PC_NO_MEMORY. */
PC_MUST_CHECK enum pc_status pc_departure_write(struct pc_departure *departure,
                                                const struct pc_hop *hop);

/* Lends what has not left yet. */
static inline struct pc_text
pc_departure_first(const struct pc_departure *departure)
{
  return (struct pc_text){.data = departure->out.data + departure->out_sent,
                          .size = departure->out.size - departure->out_sent};
}

static inline struct pc_text
pc_departure_second(const struct pc_departure *departure)
{
  return (struct pc_text){.data = departure->body.data + departure->body_sent,
                          .size = departure->body.size - departure->body_sent};
}

/* So many bytes more have left. Is that all? */
bool pc_departure_count(struct pc_departure *departure, size_t sent);

/* How many bytes of the body have left. */
uint64_t pc_departure_body_sent(const struct pc_departure *departure);

/* Gives memory back that few requests need. */
void pc_departure_trim(struct pc_departure *departure);

#endif
