/*
 * sockets.h - libcurl's sockets, watched by the loop.
 *
 * DESIGN. One uv_poll_t per socket, found by descriptor number. libcurl says
 * "no interest" after every answer and "readable" at the next request of the
 * same kept-alive connection; taking it at its word costs two epoll_ctl calls
 * per request. So a socket of ours stays watched while it idles, and is put to
 * rest only if something happens on it then (the peer closed it). That is safe
 * because libcurl opens and closes its connections through the two callbacks
 * here, so a descriptor number never changes hands unseen. Descriptors that
 * libcurl makes for itself (the resolver's) are dropped when it says so.
 * Thread: engine.
 */
#ifndef PC_ENGINE_SOCKETS_H
#define PC_ENGINE_SOCKETS_H

#include <curl/curl.h>
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

/*
 * Stops watching whatever is left: libcurl may close a socket that never got
 * connected without telling. The loop must run once more.
 */
void pc_sockets_drop_all(struct pc_sockets *sockets);

/* Frees the table, from which everything must have been dropped. */
void pc_sockets_deinit(struct pc_sockets *sockets);

/* For CURLMOPT_SOCKETFUNCTION; `context` is the struct pc_sockets. */
int pc_sockets_on_interest(
    CURL *easy, curl_socket_t fd, int what, void *context, void *unused);

/* For CURLOPT_OPENSOCKETFUNCTION; `context` is the struct pc_sockets. */
curl_socket_t pc_sockets_on_open(void *context,
                                 curlsocktype purpose,
                                 struct curl_sockaddr *address);

/* For CURLOPT_CLOSESOCKETFUNCTION; `context` is the struct pc_sockets. */
int pc_sockets_on_close(void *context, curl_socket_t fd);

#endif
