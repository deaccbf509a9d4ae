/*
 * opener.h - libcurl opens a connection for us (CURLOPT_CONNECT_ONLY).
 *
 * Looking the name up, happy eyeballs, TLS and tunnels through proxies are
 * libcurl's. What is open by then is a socket, which we take from it where the
 * bytes on it are plain; else the handle stays with the connection, as only
 * libcurl can read what comes. Thread: engine.
 */
#ifndef PC_NET_OPENER_H
#define PC_NET_OPENER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "base/status.h"
#include "net/reactor.h"
#include "net/transport.h"

struct pc_opener;

/* What its owner hears. */
struct pc_opener_events {
  /* An address is known. */
  void (*on_found)(void *owner);
  /* As pc_reactor_client: pc_opener_end is due, from elsewhere. */
  void (*on_lost)(void *owner, enum pc_status status);
  /* Once per start, unless ended before. PC_OK: it is open, and one of
     pc_opener_take_socket and pc_opener_stay is due. Else it has ended. */
  void (*on_opened)(void *owner, enum pc_status status);
};

struct pc_opener {
  struct pc_link link; /* the pool's: in its free list */
  struct pc_reactor_client client;
  struct pc_reactor *reactor;           /* kept */
  const struct pc_transport *transport; /* kept */
  CURL *easy;
  const struct pc_opener_events *events; /* kept */
  void *owner;                           /* kept until it has ended */
  curl_socket_t taken; /* not libcurl's to close, CURL_SOCKET_BAD for none */
  bool is_attached;
  bool is_open;
  bool is_forbidden; /* an address of the host was not public */
  bool is_nameless;  /* no address was found for the host */
  char error_text[CURL_ERROR_SIZE];
};

/* NULL on no memory. */
struct pc_opener *pc_opener_create(struct pc_reactor *reactor,
                                   const struct pc_transport *transport);

/* Ends it in any state, with what it has opened. NULL is allowed. */
void pc_opener_destroy(struct pc_opener *opener);

/* Begins to open a connection to the origin of `url`, for `limit_ms` at most.
   On failure nothing was started. */
PC_MUST_CHECK enum pc_status
pc_opener_start(struct pc_opener *opener,
                const char *url,
                uint64_t limit_ms,
                const struct pc_opener_events *events,
                void *owner);

/* Closes what it has opened, or stops opening it. Ending none is fine. */
void pc_opener_end(struct pc_opener *opener);

/* It is open: gives the socket, and ends the opener. */
curl_socket_t pc_opener_take_socket(struct pc_opener *opener);

/*
 * It is open: lends the socket, whose bytes curl_easy_send and _recv move until
 * pc_opener_end. Something must be sent at once: that ties the handle to its
 * connection. One that is tied to none is idle to libcurl, which closes it
 * after a while, or as soon as an answer waits on it when another is opened.
 */
curl_socket_t pc_opener_stay(const struct pc_opener *opener);

#endif
