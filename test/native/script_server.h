/*
 * script_server.h - a server whose answers are drawn at random, by number.
 *
 * The request for "/N" gets what the number N draws, faults included, so that
 * whoever asks twice gets the same answer twice: another status, framing,
 * content coding, cut into other pieces, or an end before the end. One thread a
 * connection, which lives in the test's own process.
 */
#ifndef PC_TEST_SCRIPT_SERVER_H
#define PC_TEST_SCRIPT_SERVER_H

#include <stdbool.h>
#include <stdint.h>

struct script_server;

/* How the request of a number is to be sent. */
struct script_request {
  const char *method;
  uint32_t body_size;
  bool hangs; /* is never answered */
};

struct script_request script_request_of(uint64_t number);

/* Aborts the process when it cannot start. */
struct script_server *script_server_start(void);

/* http://127.0.0.1:port/ */
const char *script_server_url(const struct script_server *server);

/* All clients must have left. */
void script_server_stop(struct script_server *server);

#endif
