#include "net/transfer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "net/redirect.h"
#include "policy/address.h"

enum { HEAD_CEILING = 256 * 1024, NS_PER_MS = 1000000 };

/* The place this answer redirects to, when it is one we follow; else NULL. */
static const char *next_place(const struct pc_transfer *transfer)
{
  const char *place = NULL;

  if (!pc_redirect_is_status(transfer->http_status) ||
      transfer->redirects >= PC_REDIRECT_MOST)
    return NULL;
  curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &place);
  if (!place || !pc_redirect_is_same_origin(transfer->order.target->url, place))
    return NULL;
  return place;
}

static size_t refuse(struct pc_transfer *transfer, enum pc_status status)
{
  transfer->refusal = status;
  return 0;
}

/* Interim answers (1xx) and redirects are replaced by what follows them. */
static size_t on_head_line(char *line, size_t one, size_t size, void *context)
{
  struct pc_transfer *transfer = context;
  enum pc_status status = PC_OK;

  (void)one;
  if (size > 5 && memcmp(line, "HTTP/", 5) == 0) {
    pc_bytes_clear(&transfer->head);
    transfer->http_status = 0;
    transfer->is_head_whole = false;
    transfer->events->on_begin(transfer->context);
  }
  if (*line == '\r' || *line == '\n')
    transfer->is_head_whole = true;
  status = pc_bytes_append(&transfer->head, line, size);
  return status == PC_OK ? size : refuse(transfer, status);
}

static size_t on_piece(char *data, size_t one, size_t size, void *context)
{
  struct pc_transfer *transfer = context;
  enum pc_status status = PC_OK;

  (void)one;
  if (!transfer->http_status)
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE,
                      &transfer->http_status);
  status = transfer->events->on_body(transfer->context, data, size);
  return status == PC_OK ? size : refuse(transfer, status);
}

static curl_socket_t
on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
  struct pc_transfer *transfer = context;

  (void)purpose;
  if (pc_transport_checks_addresses(transfer->transport) &&
      !pc_address_is_public(&address->addr)) {
    transfer->is_forbidden = true;
    return CURL_SOCKET_BAD;
  }
  if (transfer->is_plain)
    return pc_sockets_open(&transfer->reactor->sockets, address);
  return socket(address->family, address->socktype | SOCK_CLOEXEC,
                address->protocol);
}

static void set_callbacks(struct pc_transfer *transfer)
{
  CURL *easy = transfer->easy;

  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_SHARE, transfer->reactor->share);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error_text);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head_line);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_piece);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, pc_sockets_on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &transfer->reactor->sockets);
}

enum pc_status pc_transfer_create(struct pc_reactor *reactor,
                                  const struct pc_transport *transport,
                                  const struct pc_transfer_events *events,
                                  void *context,
                                  struct pc_transfer **out)
{
  struct pc_transfer *transfer = calloc(1, sizeof(*transfer));

  *out = NULL;
  if (!transfer)
    return PC_NO_MEMORY;

  transfer->reactor = reactor;
  transfer->transport = transport;
  transfer->events = events;
  transfer->context = context;
  pc_bytes_init(&transfer->head, HEAD_CEILING);
  transfer->easy = curl_easy_init();
  if (!transfer->easy)
    goto fail;
  set_callbacks(transfer);
  if (pc_transport_apply(transport, transfer->easy) != PC_OK)
    goto fail;

  *out = transfer;
  return PC_OK;

fail:
  pc_transfer_destroy(transfer);
  return PC_NO_MEMORY;
}

void pc_transfer_destroy(struct pc_transfer *transfer)
{
  if (!transfer)
    return;
  pc_transfer_abort(transfer);
  curl_easy_cleanup(transfer->easy);
  pc_bytes_deinit(&transfer->head);
  free(transfer);
}

static CURLcode apply_method(CURL *easy, enum pc_method method)
{
  bool needs_name = method != PC_GET && method != PC_POST && method != PC_HEAD;

  if (pc_method_has_body(method))
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
  else
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  if (method == PC_HEAD)
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
                          needs_name ? pc_method_name(method) : NULL);
}

static enum pc_status
aim(struct pc_transfer *transfer, const char *url, enum pc_method method)
{
  CURLcode code = curl_easy_setopt(transfer->easy, CURLOPT_URL, url);

  transfer->method = method;
  code = code ? code : apply_method(transfer->easy, method);
  if (code != CURLE_OK)
    return PC_NO_MEMORY;
  transfer->is_plain = pc_transport_is_plain(transfer->transport, url);
  return pc_transport_apply_version(transfer->transport, transfer->easy, url);
}

/* Most transfers repeat the target of the one before on the same handle. */
static enum pc_status aim_at_target(struct pc_transfer *transfer)
{
  const struct pc_target *target = transfer->order.target;
  enum pc_status status = PC_OK;

  if (transfer->target_serial == target->serial)
    return PC_OK;
  transfer->target_serial = 0;
  status = aim(transfer, target->url, target->method);
  if (status == PC_OK)
    transfer->target_serial = target->serial;
  return status;
}

PC_PRINTF(4, 5)
static void put_line(struct pc_transfer *transfer,
                     struct curl_slist **list,
                     int place,
                     const char *format,
                     ...)
{
  struct pc_header_line *line = &transfer->lines[place];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(line->text, sizeof(line->text), format, arguments);
  va_end(arguments);
  line->node.data = line->text;
  line->node.next = *list;
  *list = &line->node;
}

static void set_headers(struct pc_transfer *transfer)
{
  const struct pc_transfer_order *order = &transfer->order;
  struct curl_slist *list = order->target->headers;
  unsigned own = order->target->own_headers;

  if (!(own & PC_OWN_DEADLINE))
    put_line(transfer, &list, 0, "request-deadline-ms: %llu",
             (unsigned long long)order->deadline_ms);
  if (!(own & PC_OWN_TIMEOUT))
    put_line(transfer, &list, 1, "request-timeout-ms: %llu",
             (unsigned long long)order->timeout_ms);
  if (!(own & PC_OWN_REQUEST_ID))
    put_line(transfer, &list, 2, "x-baseten-customer-request-id: %s",
             order->request_id);
  curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, list);
}

static void set_body(struct pc_transfer *transfer, enum pc_method method)
{
  if (!pc_method_has_body(method))
    return;
  curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   (curl_off_t)transfer->order.body_size);
  curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, transfer->order.body);
}

static enum pc_status launch(struct pc_transfer *transfer, uint64_t timeout_ms)
{
  enum pc_status status = PC_OK;

  transfer->http_status = 0;
  transfer->is_head_whole = false;
  transfer->refusal = PC_OK;
  transfer->is_forbidden = false;
  transfer->error_text[0] = '\0';
  pc_bytes_clear(&transfer->head);
  curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
  status = pc_reactor_attach(transfer->reactor, transfer->easy);
  transfer->is_attached = status == PC_OK;
  return status;
}

enum pc_status pc_transfer_start(struct pc_transfer *transfer,
                                 const struct pc_transfer_order *order)
{
  enum pc_status status = PC_OK;

  transfer->order = *order;
  transfer->redirects = 0;
  transfer->started_ns = pc_clock_monotonic_ns();
  status = aim_at_target(transfer);
  if (status != PC_OK)
    return status;
  set_headers(transfer);
  set_body(transfer, order->target->method);
  return launch(transfer, order->timeout_ms);
}

static void detach(struct pc_transfer *transfer)
{
  transfer->is_attached = false;
  pc_reactor_detach(transfer->reactor, transfer->easy);
}

void pc_transfer_abort(struct pc_transfer *transfer)
{
  if (!transfer->is_attached)
    return;
  pc_transport_apply_abort(transfer->transport, transfer->easy);
  transfer->target_serial = 0; /* what an abort has set must not stay */
  detach(transfer);
}

bool pc_transfer_is_running(const struct pc_transfer *transfer)
{
  return transfer->is_attached;
}

void pc_transfer_refuse(struct pc_transfer *transfer, enum pc_status status)
{
  pc_transfer_abort(transfer);
  transfer->events->on_done(transfer->context, status);
}

static uint64_t elapsed_ms(const struct pc_transfer *transfer)
{
  return (pc_clock_monotonic_ns() - transfer->started_ns) / NS_PER_MS;
}

/* Sends the request once more, to `place`, in the time that is left. */
static enum pc_status follow(struct pc_transfer *transfer, const char *place)
{
  enum pc_method method =
      pc_redirect_method(transfer->http_status, transfer->method);
  uint64_t spent_ms = elapsed_ms(transfer);
  enum pc_status status = PC_OK;

  if (spent_ms >= transfer->order.timeout_ms)
    return PC_ATTEMPT_TIMEOUT;
  transfer->redirects++;
  transfer->target_serial = 0;
  status = aim(transfer, place, method);
  if (status != PC_OK)
    return status;
  set_body(transfer, method);
  return launch(transfer, transfer->order.timeout_ms - spent_ms);
}

static enum pc_status timeout_status(const struct pc_transfer *transfer)
{
  curl_off_t connected_us = 0;
  uint64_t connect_ms = (uint64_t)transfer->transport->connect_timeout_ms;

  curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
  if (!connected_us && connect_ms < transfer->order.timeout_ms)
    return PC_CONNECT_TIMEOUT;
  return PC_ATTEMPT_TIMEOUT;
}

static enum pc_status status_of(const struct pc_transfer *transfer,
                                CURLcode result)
{
  switch (result) {
  case CURLE_OK:
    /* A peer that leaves within the head is no error to libcurl. */
    return transfer->is_head_whole ? PC_OK : PC_CONNECTION_LOST;
  case CURLE_OPERATION_TIMEDOUT:
    return timeout_status(transfer);
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PROXY:
    return PC_CONNECT_FAILED;
  case CURLE_COULDNT_CONNECT:
    return transfer->is_forbidden ? PC_PRIVATE_ADDRESS : PC_CONNECT_FAILED;
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CIPHER:
    return PC_TLS_ERROR;
  case CURLE_WEIRD_SERVER_REPLY:
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_BAD_CONTENT_ENCODING:
    return PC_PARSE_ERROR;
  case CURLE_URL_MALFORMAT:
    return PC_INVALID_ARGUMENT;
  case CURLE_OUT_OF_MEMORY:
    return PC_NO_MEMORY;
  default:
    /* Once the head is there, what breaks off is the body. */
    return transfer->http_status ? PC_PARSE_ERROR : PC_CONNECTION_LOST;
  }
}

void pc_transfer_count(const struct pc_transfer *transfer,
                       struct pc_counters *counters)
{
  long place = transfer->http_status - PC_COUNTERS_LOWEST_STATUS;
  curl_off_t sent = 0;
  curl_off_t received = 0;
  long opened = 0;

  curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
  curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &opened);
  pc_counter_add(&counters->bytes_sent, (uint64_t)sent);
  pc_counter_add(&counters->bytes_received, (uint64_t)received);
  pc_counter_add(&counters->connections_opened, (uint64_t)opened);
  if (place < 0 || place >= PC_COUNTERS_STATUS_COUNT)
    return;
  pc_counter_add(&counters->statuses[place], 1);
  if (!opened)
    pc_counter_add(&counters->connections_reused, 1);
}

void pc_transfer_finished(void *context, CURLcode result)
{
  struct pc_transfer *transfer = context;
  enum pc_status status = PC_OK;
  const char *place = NULL;

  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE,
                    &transfer->http_status);
  status = transfer->refusal ? transfer->refusal : status_of(transfer, result);
  place = status == PC_OK ? next_place(transfer) : NULL;
  detach(transfer);

  if (place) {
    status = follow(transfer, place);
    if (status == PC_OK)
      return;
  }
  transfer->events->on_done(transfer->context, status);
}
