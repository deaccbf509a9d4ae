/*
 * sockets.h - libcurl's sockets, watched by the loop.
 *
 * DESIGN. One uv_poll_t per socket, found by descriptor number. libcurl says
 * "no interest" after every answer and "readable" at the next request of the
 * same kept-alive connection; taking it at its word costs two epoll_ctl calls
 * per request. So a socket that pc_sockets_open made stays watched while it
 * is idle, and is left unwatched only if something happens on it then (the peer
 * closed it). pc_sockets_on_close ends it.
 *
 * That is safe only where libcurl does call it before closing. It does not for
 * sockets whose connection was never complete (seen in 7.88: it closes them
 * first and says "no interest" then), so a socket that waits to become writable
 * is dropped at that word, and connections that are complete only after a
 * handshake (TLS, SOCKS) are not owned. They and other descriptors, such as the
 * resolver's, are unwatched instead; the handle stays, as one that watches
 * nothing harms nobody, whatever the number of its descriptor stands for later.
 * Thread: engine.
 */
#ifndef PC_NET_SOCKETS_H
#define PC_NET_SOCKETS_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* Called with CURL_CSELECT_* bits that the transfer waits for. */
typedef void pc_socket_ready_fn(void *context, curl_socket_t fd, int bits);

struct pc_socket;

struct pc_sockets {
  uv_loop_t *loop; /* kept */
  pc_socket_ready_fn *on_ready;
  void *context;            /* kept */
  struct pc_socket **by_fd; /* NULL where nothing is watched */
  size_t capacity;          /* of by_fd */
};

void pc_sockets_init(struct pc_sockets *sockets,
                     uv_loop_t *loop,
                     pc_socket_ready_fn *on_ready,
                     void *context);

/* Stops watching whatever is left. The loop must run once more. */
void pc_sockets_drop_all(struct pc_sockets *sockets);

/* Frees the table, from which everything must have been dropped. */
void pc_sockets_deinit(struct pc_sockets *sockets);

/* For CURLMOPT_SOCKETFUNCTION; `context` is the struct pc_sockets. */
int pc_sockets_on_interest(
    CURL *easy, curl_socket_t fd, int what, void *context, void *unused);

/*
 * Opens a socket; one whose connection is complete once TCP has connected
 * (`is_plain`) stays watched between two requests. Gives CURL_SOCKET_BAD on
 * failure.
 */
curl_socket_t pc_sockets_open(struct pc_sockets *sockets,
                              const struct curl_sockaddr *address,
                              bool is_plain);

/* For CURLOPT_CLOSESOCKETFUNCTION; `context` is the struct pc_sockets. */
int pc_sockets_on_close(void *context, curl_socket_t fd);

/* Descriptors that a loop begins with: libuv ends the process when its first
   one finds none. */
#define PC_SOCKETS_OF_LOOP 8

/* May the process open `count` descriptors more, PC_SOCKETS_OF_LOOP at most?
   Keeps errno of a failure. */
bool pc_sockets_may_open(int count);

#endif
