/*
 * hop.h - one request to one place and the answer to it.
 *
 * An exchange makes one, and another for each redirect that it follows. What
 * sends it (transfer.h) fills the second half. Thread: engine.
 */
#ifndef PC_NET_HOP_H
#define PC_NET_HOP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "base/texts.h"
#include "net/target.h"

/* What is sent. */
struct pc_exchange_order {
  struct pc_target *target; /* kept until done */
  struct pc_text body;      /* kept until done */
  uint64_t timeout_ms;      /* from now to the last byte */
  uint64_t deadline_ms;     /* since 1970, told to the server */
  bool is_address_doubted;  /* see pc_transport_apply_lookup */
  char request_id[PC_REQUEST_ID_SIZE];
};

struct pc_hop;

/* What the owner of a hop hears. Anything but PC_OK ends it so. */
struct pc_hop_events {
  /* The address of a new connection is known. */
  void (*on_found)(struct pc_hop *hop);
  /* There is a connection for the request to leave on. */
  void (*on_connected)(struct pc_hop *hop);
  /* A head begins; an interim one is not the answer's. */
  enum pc_status (*on_begin)(struct pc_hop *hop);
  /* A piece of the body, decoded; the head is whole. */
  enum pc_status (*on_body)(struct pc_hop *hop, const char *data, size_t size);
  /* Nothing will be heard of the hop any more: it must be ended by its owner,
     from elsewhere than this call. */
  void (*on_lost)(struct pc_hop *hop, enum pc_status status);
  /* Once per start, unless ended before. PC_OK: with a whole answer. */
  void (*on_ended)(struct pc_hop *hop, enum pc_status status);
};

struct pc_hop {
  const struct pc_hop_events *events;    /* kept */
  const struct pc_exchange_order *order; /* kept */
  /* The request, set before it is sent. */
  const char *url; /* of the order's target, or another of its origin */
  enum pc_method method;
  uint64_t timeout_ms; /* that the order has left */
  bool is_on_new;      /* not on a kept connection */
  /* The answer. */
  bool is_found;        /* there is an address, or a connection */
  bool is_connected;    /* the request could leave */
  bool is_stale;        /* a kept connection has ended before any answer */
  bool is_nameless;     /* no address was found for the host */
  long http_status;     /* of the final answer, 0 before it */
  struct pc_bytes head; /* its raw status line and headers */
  char error_text[CURL_ERROR_SIZE]; /* libcurl's words or ours, "" for none */
  uint64_t sent;                    /* bytes of the body */
  uint64_t received;     /* bytes of the answer's body, as on the wire */
  int64_t expected_size; /* of that body, -1: not told */
  unsigned opened;       /* connections */
};

/* Forgets the answer of the hop before. */
static inline void pc_hop_reset(struct pc_hop *hop)
{
  hop->is_found = false;
  hop->is_connected = false;
  hop->is_stale = false;
  hop->is_nameless = false;
  hop->http_status = 0;
  hop->error_text[0] = '\0';
  hop->sent = 0;
  hop->received = 0;
  hop->expected_size = -1;
  hop->opened = 0;
  pc_bytes_clear(&hop->head);
}

#endif
