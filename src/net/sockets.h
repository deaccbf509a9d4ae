/*
 * sockets.h - libcurl's sockets, watched by the poller.
 *
 * DESIGN. One entry per descriptor number, kept for the next of that number.
 * libcurl says "no interest" after every answer and "readable" at the next
 * request of the same kept-alive connection; taking it at its word costs two
 * system calls per request. So a socket that pc_sockets_open made stays watched
 * while it is idle, and is left unwatched only if something happens on it then
 * (the peer closed it). pc_sockets_on_close ends it.
 *
 * That is safe only where libcurl does call it before closing. It does not for
 * sockets whose connection was never complete (seen in 7.88: it closes them
 * first and says "no interest" then), so a socket that waits to become writable
 * is unwatched at that word, and connections that are complete only after a
 * handshake (TLS, SOCKS) are not owned. They and other descriptors, such as the
 * resolver's, are unwatched at that word as well. Thread: engine.
 */
#ifndef PC_NET_SOCKETS_H
#define PC_NET_SOCKETS_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "net/poller.h"

/* Called with CURL_CSELECT_* bits that the transfer waits for. */
typedef void pc_socket_ready_fn(void *context, curl_socket_t fd, int bits);

struct pc_socket;

struct pc_sockets {
  struct pc_poller *poller; /* kept */
  pc_socket_ready_fn *on_ready;
  void *context;            /* kept */
  struct pc_socket **by_fd; /* NULL where none of that number was watched */
  size_t capacity;          /* of by_fd */
};

void pc_sockets_init(struct pc_sockets *sockets,
                     struct pc_poller *poller,
                     pc_socket_ready_fn *on_ready,
                     void *context);

/* Stops watching whatever is left. */
void pc_sockets_deinit(struct pc_sockets *sockets);

/*
 * What libcurl's CURLMOPT_SOCKETFUNCTION says of a socket, CURL_POLL_* in
 * `what`. PC_NO_MEMORY, PC_SYSTEM_ERROR: it will hear of nothing.
 */
PC_MUST_CHECK enum pc_status
pc_sockets_on_interest(struct pc_sockets *sockets, curl_socket_t fd, int what);

/*
 * Opens a socket; one whose connection is complete once TCP has connected
 * (`is_plain`) stays watched between two requests. Gives CURL_SOCKET_BAD on
 * failure.
 */
curl_socket_t pc_sockets_open(struct pc_sockets *sockets,
                              const struct curl_sockaddr *address,
                              bool is_plain);

/* Watches a descriptor no more that goes on as somebody else's. */
void pc_sockets_forget(struct pc_sockets *sockets, curl_socket_t fd);

/* For CURLOPT_CLOSESOCKETFUNCTION; `context` is the struct pc_sockets. */
int pc_sockets_on_close(void *context, curl_socket_t fd);

#define PC_SOCKETS_MOST_TRIED 4

/* May the process open `count` descriptors more, PC_SOCKETS_MOST_TRIED at most?
   Keeps errno of a failure. */
bool pc_sockets_may_open(int count);

#endif
