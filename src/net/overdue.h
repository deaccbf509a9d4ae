/*
 * overdue.h - what is said of a request whose time is up, in libcurl's words.
 */
#ifndef PC_NET_OVERDUE_H
#define PC_NET_OVERDUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far it has come. */
struct pc_overdue {
  bool is_found;         /* the address of its host, or a connection */
  bool is_connected;     /* it could leave */
  uint64_t spent_ms;     /* since it began */
  uint64_t received;     /* bytes of the answer's body */
  int64_t expected_size; /* of that body, -1: not told */
};

/* Writes one sentence into `out` of `size` bytes, cut to fit. Thread: any. */
void pc_overdue_words(const struct pc_overdue *overdue, char *out, size_t size);

#endif
