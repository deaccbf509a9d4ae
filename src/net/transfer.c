#include "net/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/queue.h"
#include "net/curl_status.h"

enum { LOWEST_FINAL = 200 };

struct pc_transfer {
  struct pc_reactor_client client;
  struct pc_reactor *reactor;
  const struct pc_transport *transport;
  struct pc_hop *hop;
  CURL *easy;
  uint64_t target_serial; /* of the target the handle is set up for, 0 none */
  enum pc_status refusal; /* why a callback stopped the hop */
  bool is_attached;
  bool is_fresh;      /* the handle asks for a new connection */
  bool is_plain;      /* the target's connections, see pc_sockets_open */
  bool is_forbidden;  /* an address of the target's host was not public */
  bool is_head_whole; /* its empty line has come */
  bool has_body;      /* a piece of it has come */
  struct pc_header_line lines[PC_OWN_HEADER_COUNT];
};

static size_t refuse(struct pc_transfer *transfer, enum pc_status status)
{
  transfer->refusal = status;
  return 0;
}

/* Interim answers (1xx) are replaced by what follows them. */
static enum pc_status begin_head(struct pc_transfer *transfer)
{
  pc_bytes_clear(&transfer->hop->head);
  transfer->hop->http_status = 0;
  transfer->is_head_whole = false;
  return transfer->hop->events->on_begin(transfer->hop);
}

/* Lines behind a body are trailers: dropped, even one that begins a head. */
static size_t on_head_line(char *line, size_t one, size_t size, void *context)
{
  struct pc_transfer *transfer = context;
  enum pc_status status = PC_OK;

  (void)one;
  if (transfer->has_body)
    return size;
  if (size > 5 && memcmp(line, "HTTP/", 5) == 0)
    status = begin_head(transfer);
  if (*line == '\r' || *line == '\n')
    transfer->is_head_whole = true;
  if (status == PC_OK)
    status = pc_bytes_append(&transfer->hop->head, line, size);
  return status == PC_OK ? size : refuse(transfer, status);
}

static size_t on_piece(char *data, size_t one, size_t size, void *context)
{
  struct pc_transfer *transfer = context;
  struct pc_hop *hop = transfer->hop;
  enum pc_status status = PC_OK;

  (void)one;
  transfer->has_body = true;
  if (!hop->http_status)
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE,
                      &hop->http_status);
  status = hop->events->on_body(hop, data, size);
  return status == PC_OK ? size : refuse(transfer, status);
}

static curl_socket_t
on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
  struct pc_transfer *transfer = context;

  (void)purpose;
  transfer->hop->is_found = true;
  transfer->hop->events->on_found(transfer->hop);
  if (!pc_transport_allows(transfer->transport, &address->addr)) {
    transfer->is_forbidden = true;
    return CURL_SOCKET_BAD;
  }
  return pc_sockets_open(&transfer->reactor->sockets, address,
                         transfer->is_plain);
}

static int
on_connected(void *context, char *to, char *from, int to_port, int from_port)
{
  struct pc_transfer *transfer = context;

  (void)to;
  (void)from;
  (void)to_port;
  (void)from_port;
  transfer->hop->is_connected = true;
  transfer->hop->events->on_connected(transfer->hop);
  return CURL_PREREQFUNC_OK;
}

static void set_callbacks(struct pc_transfer *transfer)
{
  CURL *easy = transfer->easy;

  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer->client);
  curl_easy_setopt(easy, CURLOPT_SHARE, transfer->reactor->share);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->hop->error_text);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head_line);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_piece);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, pc_sockets_on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &transfer->reactor->sockets);
}

static enum pc_status
aim(struct pc_transfer *transfer, const char *url, enum pc_method method)
{
  CURLcode code = curl_easy_setopt(transfer->easy, CURLOPT_URL, url);

  code = code ? code : pc_method_apply(method, transfer->easy);
  if (code != CURLE_OK)
    return PC_NO_MEMORY;
  transfer->is_fresh = false;
  transfer->is_plain = pc_transport_is_plain(transfer->transport, url);
  return pc_transport_apply_version(transfer->transport, transfer->easy, url);
}

/* Most transfers repeat the target of the one before on the same handle. */
static enum pc_status aim_at_place(struct pc_transfer *transfer)
{
  const struct pc_hop *hop = transfer->hop;
  const struct pc_target *target = hop->order->target;
  bool is_elsewhere = hop->url != target->url;
  enum pc_status status = PC_OK;

  if (transfer->target_serial == target->serial && !is_elsewhere &&
      !transfer->is_fresh)
    return PC_OK;
  transfer->target_serial = 0;
  status = aim(transfer, hop->url, hop->method);
  if (status == PC_OK && !is_elsewhere)
    transfer->target_serial = target->serial;
  return status;
}

static enum pc_status set_headers(struct pc_transfer *transfer)
{
  const struct pc_exchange_order *order = transfer->hop->order;
  struct curl_slist *headers =
      pc_target_headers(order->target, order->timeout_ms, order->deadline_ms,
                        order->request_id, transfer->lines);

  curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, headers);
  return headers ? PC_OK : PC_NO_MEMORY;
}

static void set_body(struct pc_transfer *transfer)
{
  const struct pc_hop *hop = transfer->hop;

  if (!pc_method_has_body(hop->method))
    return;
  curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   (curl_off_t)hop->order->body.size);
  curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, hop->order->body.data);
}

/* So that several addresses of a host share the time there is. */
static void limit_connecting(struct pc_transfer *transfer)
{
  long limit_ms = transfer->transport->connect_timeout_ms;

  if (transfer->hop->timeout_ms < (uint64_t)limit_ms)
    limit_ms = (long)transfer->hop->timeout_ms;
  curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, limit_ms);
}

enum pc_status pc_transfer_start(struct pc_transfer *transfer)
{
  enum pc_status status = aim_at_place(transfer);

  if (status == PC_OK)
    status = set_headers(transfer);
  if (status != PC_OK)
    return status;
  if (transfer->hop->is_on_new) {
    transfer->is_fresh = true;
    curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
  }
  set_body(transfer);
  limit_connecting(transfer);
  pc_transport_apply_lookup(transfer->easy,
                            transfer->hop->order->is_address_doubted);
  transfer->refusal = PC_OK;
  transfer->is_forbidden = false;
  transfer->is_head_whole = false;
  transfer->has_body = false;
  status = pc_reactor_attach(transfer->reactor, transfer->easy);
  transfer->is_attached = status == PC_OK;
  return status;
}

/* A status whose head is not whole, or an interim one, is no answer's. */
static long http_status_of(const struct pc_transfer *transfer)
{
  long status = 0;

  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  return transfer->is_head_whole && status >= LOWEST_FINAL ? status : 0;
}

/* Takes over what libcurl has counted, before the handle forgets it. */
static void detach(struct pc_transfer *transfer)
{
  struct pc_hop *hop = transfer->hop;
  curl_off_t sent = 0;
  curl_off_t received = 0;
  curl_off_t size = -1;
  long opened = 0;

  hop->http_status = http_status_of(transfer);
  curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
  curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
  curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &opened);
  hop->sent = (uint64_t)sent;
  hop->received = (uint64_t)received;
  hop->expected_size = size;
  hop->opened = (unsigned)opened;
  transfer->is_attached = false;
  pc_reactor_detach(transfer->reactor, transfer->easy);
}

void pc_transfer_abort(struct pc_transfer *transfer)
{
  if (!transfer || !transfer->is_attached)
    return;
  pc_transport_apply_abort(transfer->transport, transfer->easy);
  transfer->target_serial = 0; /* what an abort has set must not stay */
  detach(transfer);
}

/*
 * A server may close a kept connection just when the next request leaves: that
 * says nothing about the request. libcurl sends it again by itself, but not
 * when sending has failed, and five times in the life of a handle only. Nor
 * does it leave an HTTP/2 connection whose frames were broken (seen in 8.22).
 */
static bool has_met_a_closed_connection(const struct pc_hop *hop,
                                        CURLcode result)
{
  return !hop->is_on_new && !hop->head.size && !hop->opened &&
         (result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR ||
          result == CURLE_GOT_NOTHING || result == CURLE_HTTP2);
}

static enum pc_status status_of(const struct pc_transfer *transfer,
                                CURLcode result)
{
  if (transfer->refusal != PC_OK)
    return transfer->refusal;
  if (pc_curl_is_refused_by_proxy(transfer->easy, result))
    return PC_PROXY_REFUSED;
  if (result == CURLE_COULDNT_CONNECT && transfer->is_forbidden)
    return PC_PRIVATE_ADDRESS;
  /* A peer that leaves within the head is no error to libcurl. */
  if (result == CURLE_OK && !transfer->hop->http_status)
    return PC_CONNECTION_LOST;
  /* Once the head is there, what breaks off is the body. */
  if (pc_curl_status(result) == PC_CONNECTION_LOST &&
      transfer->hop->http_status)
    return PC_PARSE_ERROR;
  return pc_curl_status(result);
}

static void on_finished(struct pc_reactor_client *client, CURLcode result)
{
  struct pc_transfer *transfer = PC_ITEM_OF(client, struct pc_transfer, client);
  struct pc_hop *hop = transfer->hop;

  detach(transfer);
  hop->is_stale = has_met_a_closed_connection(hop, result);
  hop->is_nameless = pc_curl_is_nameless(result, hop->error_text);
  hop->events->on_ended(hop, status_of(transfer, result));
}

static void on_unwatched(struct pc_reactor_client *client,
                         enum pc_status status)
{
  struct pc_transfer *transfer = PC_ITEM_OF(client, struct pc_transfer, client);

  transfer->hop->events->on_lost(transfer->hop, status);
}

void pc_transfer_destroy(struct pc_transfer *transfer)
{
  if (!transfer)
    return;
  pc_transfer_abort(transfer);
  curl_easy_cleanup(transfer->easy);
  free(transfer);
}

struct pc_transfer *pc_transfer_create(struct pc_reactor *reactor,
                                       const struct pc_transport *transport,
                                       struct pc_hop *hop)
{
  struct pc_transfer *transfer = calloc(1, sizeof(*transfer));

  if (!transfer)
    return NULL;
  transfer->client = (struct pc_reactor_client){.on_done = on_finished,
                                                .on_unwatched = on_unwatched};
  transfer->reactor = reactor;
  transfer->transport = transport;
  transfer->hop = hop;
  transfer->easy = curl_easy_init();
  if (!transfer->easy)
    goto fail;
  set_callbacks(transfer);
  if (pc_transport_apply(transport, transfer->easy) != PC_OK)
    goto fail;
  return transfer;

fail:
  pc_transfer_destroy(transfer);
  return NULL;
}
