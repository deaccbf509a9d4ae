/*
 * lane.h - a hop over HTTP/1.1 on a connection of our own.
 *
 * Takes an idle connection or has one opened, writes the request by one system
 * call and reads the answer by one, where both are small, and gives the
 * connection back. An answer that comes early is read while the body leaves,
 * and to its end when it cannot leave any more; the connection is closed then.
 * Thread: engine.
 */
#ifndef PC_NET_LANE_H
#define PC_NET_LANE_H

#include <stdbool.h>

#include "base/status.h"
#include "net/arrival.h"
#include "net/backlog.h"
#include "net/connection.h"
#include "net/departure.h"
#include "net/hop.h"
#include "net/opener.h"
#include "net/pool.h"

struct pc_lane {
  struct pc_pool *pool; /* kept */
  struct pc_hop *hop;   /* kept */
  /* Of the hop under way: */
  struct pc_place *place;           /* NULL: none is */
  struct pc_opener *opener;         /* until the connection is open */
  struct pc_connection *connection; /* then */
  struct pc_departure departure;
  struct pc_arrival arrival;
  struct pc_backlog_item more; /* queued: it receives on, whatever is told */
  bool is_sending;             /* there is more to send, and it may leave */
  bool is_cut;                 /* a part of the request was not sent */
  bool is_broken;              /* because sending has failed */
};

/* For hops of `hop`. Keeps both. */
void pc_lane_init(struct pc_lane *lane,
                  struct pc_pool *pool,
                  struct pc_hop *hop);

/* Ends the hop under way, too. */
void pc_lane_deinit(struct pc_lane *lane);

/*
 * Sends its hop, for whose URL pc_transport_is_direct holds.
 * PC_INVALID_ARGUMENT: its request is libcurl's to write. On failure nothing
 * was started and on_ended is not called.
 */
PC_MUST_CHECK enum pc_status pc_lane_start(struct pc_lane *lane);

/* Ends the hop under way without on_ended. Ending none is fine. */
void pc_lane_abort(struct pc_lane *lane);

#endif
