/*
 * connection.h - an open connection on which HTTP/1.1 is spoken.
 *
 * Watched once, for as long as it is open. Plain ones are a socket of our own,
 * written by one system call and read by one; of others libcurl moves the
 * bytes, through TLS. Thread: engine.
 */
#ifndef PC_NET_CONNECTION_H
#define PC_NET_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/chars.h"
#include "base/queue.h"
#include "base/status.h"
#include "net/opener.h"
#include "net/poller.h"

enum pc_moved {
  PC_MOVED_SOME,  /* there may be more to move */
  PC_MOVED_NONE,  /* not now: the watch will tell */
  PC_MOVED_END,   /* the peer sends no more */
  PC_MOVED_BROKEN /* nothing moves any more */
};

struct pc_connection {
  struct pc_link link;   /* its holder's */
  struct pc_watch watch; /* on_ready is its holder's */
  struct pc_poller *poller;
  struct pc_opener *opener; /* moves the bytes, NULL for a plain one */
  void *holder;             /* kept; whom on_ready concerns */
  uint64_t idle_since_ns;   /* the pool's */
  bool is_used;             /* a request has been answered on it */
  int reason;               /* errno of PC_MOVED_BROKEN */
};

/*
 * Takes what `opener` has opened, and keeps the opener unless the connection is
 * plain. Gives it in *out, watched for what can be read. On failure it is
 * closed. Something must be sent at once, see pc_opener_stay.
 */
PC_MUST_CHECK enum pc_status pc_connection_create(struct pc_opener *opener,
                                                  bool is_plain,
                                                  struct pc_connection **out);

/* Closes it. Gives its opener, which can open another, NULL for none. */
struct pc_opener *pc_connection_destroy(struct pc_connection *connection);

/*
 * Sends the first bytes of both texts, *sent of them. What was not sent must be
 * offered again, the same bytes in the same place.
 */
enum pc_moved pc_connection_send(struct pc_connection *connection,
                                 struct pc_text first,
                                 struct pc_text second,
                                 size_t *sent);

/* Receives up to `size` bytes into `data`, *got of them. */
enum pc_moved pc_connection_receive(struct pc_connection *connection,
                                    char *data,
                                    size_t size,
                                    size_t *got);

/* Was all that has come received by one call that left room, so that the watch
   tells of whatever follows? */
static inline bool pc_connection_is_drained(const struct pc_connection *kept,
                                            size_t got,
                                            size_t size)
{
  return !kept->opener && got < size;
}

/* Has something come, or ended, that nobody waits for? */
bool pc_connection_has_unasked(struct pc_connection *connection);

/* Is more watched for than what can be read: that there is room to send? */
PC_MUST_CHECK enum pc_status
pc_connection_await_room(struct pc_connection *connection, bool is_awaited);

/* Writes why it is broken into `out`, of CURL_ERROR_SIZE bytes: `what` failed.
 */
void pc_connection_words(const struct pc_connection *connection,
                         const char *what,
                         char *out);

#endif
