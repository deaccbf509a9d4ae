/*
 * transfer.h - a hop by one of libcurl's transfers.
 *
 * For whatever HTTP version and proxy. Keeps its easy handle for the next hop,
 * which is only told what is new. Thread: engine.
 */
#ifndef PC_NET_TRANSFER_H
#define PC_NET_TRANSFER_H

#include "base/status.h"
#include "net/hop.h"
#include "net/reactor.h"
#include "net/transport.h"

struct pc_transfer;

/* Makes what sends `hop`. Keeps all three. NULL on no memory. */
struct pc_transfer *pc_transfer_create(struct pc_reactor *reactor,
                                       const struct pc_transport *transport,
                                       struct pc_hop *hop);

/* Ends it in any state. NULL is allowed. */
void pc_transfer_destroy(struct pc_transfer *transfer);

/* Sends its hop. On failure nothing was started and on_ended is not called. */
PC_MUST_CHECK enum pc_status pc_transfer_start(struct pc_transfer *transfer);

/* Ends the hop under way without on_ended; what has come of it is counted.
   NULL is allowed. */
void pc_transfer_abort(struct pc_transfer *transfer);

#endif
