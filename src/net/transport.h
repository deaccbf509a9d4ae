/*
 * transport.h - how an engine reaches the network: what never differs between
 * its requests.
 *
 * HTTP version, proxy, trust and client certificate, log level. Made once,
 * then only read.
 */
#ifndef PC_NET_TRANSPORT_H
#define PC_NET_TRANSPORT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/status.h"
#include "net/trust.h"

struct pc_transport {
  int http_version;  /* 1: HTTP/1.1; 2: ALPN over TLS, see cleartext_h2 else */
  bool cleartext_h2; /* version 2 without TLS: prior knowledge, or HTTP/1.1 */
  bool uses_libcurl; /* for whatever it sends, for tests */
  bool public_only;  /* never connects to private addresses, but to `proxy` */
  char *proxy;       /* URL, "" for none; the environment is never read */
  char *no_proxy;    /* comma-separated hosts that need no proxy */
  char *ca;          /* PEM certificates of all trusted roots; not copied */
  struct pc_trust *trust;  /* made of `ca` when copied */
  char *cert;              /* PEM client certificate chain, "" for none */
  char *key;               /* PEM private key of `cert`, "" for none */
  long connect_timeout_ms; /* resolving, TCP and TLS together */
  uint32_t max_in_flight;  /* requests over all calls, 0 for no limit */
  enum pc_log_level log_level;
};

/*
 * Copies `from`, which it borrows, into *out, with what it trusts made ready.
 * PC_NO_MEMORY, PC_SYSTEM_ERROR. Thread: any.
 */
PC_MUST_CHECK enum pc_status pc_transport_copy(const struct pc_transport *from,
                                               struct pc_transport *out);

void pc_transport_deinit(struct pc_transport *transport);

/*
 * Sets everything on a new easy handle that stays the same for its life. The
 * handle keeps `transport`. Thread: engine.
 */
PC_MUST_CHECK enum pc_status
pc_transport_apply(const struct pc_transport *transport, CURL *easy);

/*
 * Sets the HTTP version for one URL: its scheme decides what version 2 means.
 * Thread: engine.
 */
PC_MUST_CHECK enum pc_status pc_transport_apply_version(
    const struct pc_transport *transport, CURL *easy, const char *url);

/* May this address be connected to? */
bool pc_transport_allows(const struct pc_transport *transport,
                         const struct sockaddr *address);

/*
 * Does a request for `url` go over HTTP/1.1 on a connection of its own to the
 * host, be it through a tunnel? Not what libcurl's transfers are asked for.
 */
bool pc_transport_is_direct(const struct pc_transport *transport,
                            const char *url);

/* Are the bytes of a direct connection for `url` those of TCP? */
bool pc_transport_is_cleartext(const char *url);

/* Is a connection for `url` complete as soon as TCP has connected? */
bool pc_transport_is_plain(const struct pc_transport *transport,
                           const char *url);

/*
 * Prepares a handle whose transfer is about to be aborted, so that the server
 * learns of it. Undone by pc_transport_apply_version. Thread: engine.
 */
void pc_transport_apply_abort(const struct pc_transport *transport, CURL *easy);

/* The libcurl that runs us. Texts are lent literals, "" when unknown. */
struct pc_transport_library {
  const char *version;
  const char *tls; /* "OpenSSL/3.0.15" */
  bool has_http2;
};

struct pc_transport_library pc_transport_library(void);

/* The content codings libcurl can decode: "zstd, gzip, br". Thread: any. */
const char *pc_transport_encodings(void);

/* Connections of the next request use an address that is known; when it is
   doubted, only one that has been looked up within the last second. */
void pc_transport_apply_lookup(CURL *easy, bool is_doubted);

#endif
