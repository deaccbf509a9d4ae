/*
 * transfer.h - one HTTP exchange on one easy handle, reused for the next.
 *
 * Sends what it is told, gathers the head, hands the body on as it arrives and
 * says how it ended. Redirects are followed within the same origin only, so
 * the key never reaches another host. Thread: engine.
 */
#ifndef PC_NET_TRANSFER_H
#define PC_NET_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "net/counters.h"
#include "net/reactor.h"
#include "net/target.h"
#include "net/transport.h"

#define PC_REQUEST_ID_SIZE 160
#define PC_HEADER_LINE_SIZE (PC_REQUEST_ID_SIZE + 40)

struct pc_transfer_order {
  const struct pc_target *target; /* kept until done */
  const char *body;               /* kept until done */
  size_t body_size;               /* bytes */
  const char *request_id;
  uint64_t timeout_ms;  /* from now to the last byte */
  uint64_t deadline_ms; /* since 1970, told to the server */
};

/* What the owner of a transfer hears. */
struct pc_transfer_events {
  /* An answer begins: what came before (1xx, a redirect) is not the answer. */
  void (*on_begin)(void *context);
  /* A piece of its body. Anything but PC_OK ends the transfer so. */
  enum pc_status (*on_body)(void *context, const char *data, size_t size);
  /* Called once per start, unless aborted before. The transfer is free again.
   */
  void (*on_done)(void *context, enum pc_status status);
};

/* A header line that differs from attempt to attempt. */
struct pc_header_line {
  struct curl_slist node; /* links into the target's list */
  char text[PC_HEADER_LINE_SIZE];
};

struct pc_transfer {
  CURL *easy;
  struct pc_reactor *reactor;           /* kept */
  const struct pc_transport *transport; /* kept */
  const struct pc_transfer_events *events;
  void *context;
  struct pc_transfer_order order;
  uint64_t target_serial; /* of the target the handle is set up for, 0 none */
  uint64_t started_ns;
  enum pc_method method; /* of the last hop */
  unsigned redirects;
  bool is_attached;
  bool is_plain;          /* the target's connections, see pc_sockets_open */
  bool is_forbidden;      /* an address of the target's host was not public */
  enum pc_status refusal; /* why a callback stopped the transfer */
  long http_status;       /* of the final answer, 0 before it */
  bool is_head_whole;     /* its empty line has come */
  struct pc_bytes head;   /* its raw status line and headers */
  struct pc_header_line lines[3];
  char error_text[CURL_ERROR_SIZE]; /* libcurl's words, "" for none */
};

/* Gives a transfer in *out, NULL on failure. */
PC_MUST_CHECK enum pc_status
pc_transfer_create(struct pc_reactor *reactor,
                   const struct pc_transport *transport,
                   const struct pc_transfer_events *events,
                   void *context,
                   struct pc_transfer **out);

/* Aborts what is under way. NULL is allowed. */
void pc_transfer_destroy(struct pc_transfer *transfer);

/* Sends `order`. On failure nothing was started and on_done is not called. */
PC_MUST_CHECK enum pc_status
pc_transfer_start(struct pc_transfer *transfer,
                  const struct pc_transfer_order *order);

/* Ends a running transfer without calling on_done. */
void pc_transfer_abort(struct pc_transfer *transfer);

bool pc_transfer_is_running(const struct pc_transfer *transfer);

/* Ends a running transfer with a failure; on_done is called. */
void pc_transfer_refuse(struct pc_transfer *transfer, enum pc_status status);

/* Adds what a transfer that is done has moved. */
void pc_transfer_count(const struct pc_transfer *transfer,
                       struct pc_counters *counters);

/* For pc_reactor_init: the handle of `transfer` has finished. */
void pc_transfer_finished(void *transfer, CURLcode result);

#endif
