/*
 * loopback.h - a small HTTP/1.1 server in the test's own process.
 *
 * One thread accepts, one per connection answers through the test's handler.
 * Keeps connections alive. For engine tests only: no limits, no TLS.
 */
#ifndef PC_TEST_LOOPBACK_H
#define PC_TEST_LOOPBACK_H

#include <stddef.h>

struct loopback;

struct loopback_request {
  const char *head; /* request line and headers, NUL-terminated */
  const char *body; /* NUL-terminated */
  size_t body_size;
  unsigned number; /* from 0, over all connections */
};

struct loopback_reply {
  int status;             /* 0 to close the connection without an answer */
  const char *body;       /* lent until the next call on this connection */
  const char *head_lines; /* further header lines, each with \r\n; or NULL */
  size_t cut;             /* not 0: close after so many bytes of the body */
  int hangs;              /* never answer; wait until the peer leaves */
};

/* Fills `reply`. `room` is memory of 64 KiB that a reply's body may use. */
typedef void loopback_handler(void *context,
                              const struct loopback_request *request,
                              char *room,
                              struct loopback_reply *reply);

/* Aborts the process when it cannot start. */
struct loopback *loopback_start(loopback_handler *handler, void *context);

/* http://127.0.0.1:port/ */
const char *loopback_url(const struct loopback *server);

/* Requests read so far. */
unsigned loopback_request_count(struct loopback *server);

/* Closes every connection and joins every thread. */
void loopback_stop(struct loopback *server);

#endif
