#include "net/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/curl_status.h"
#include "net/redirect.h"
#include "policy/address.h"

enum { HEAD_CEILING = 256 * 1024, NS_PER_MS = 1000000 };

static size_t refuse(struct pc_exchange *exchange, enum pc_status status)
{
  exchange->refusal = status;
  return 0;
}

/* Interim answers (1xx) are replaced by what follows them. */
static enum pc_status begin_head(struct pc_exchange *exchange)
{
  pc_bytes_clear(&exchange->head);
  exchange->http_status = 0;
  exchange->is_head_whole = false;
  return exchange->shared->events->on_begin(exchange->owner);
}

/* Lines behind a body are trailers: dropped, even one that begins a head. */
static size_t on_head_line(char *line, size_t one, size_t size, void *context)
{
  struct pc_exchange *exchange = context;
  enum pc_status status = PC_OK;

  (void)one;
  if (exchange->has_body)
    return size;
  if (size > 5 && memcmp(line, "HTTP/", 5) == 0)
    status = begin_head(exchange);
  if (*line == '\r' || *line == '\n')
    exchange->is_head_whole = true;
  if (status == PC_OK)
    status = pc_bytes_append(&exchange->head, line, size);
  return status == PC_OK ? size : refuse(exchange, status);
}

static size_t on_piece(char *data, size_t one, size_t size, void *context)
{
  struct pc_exchange *exchange = context;
  enum pc_status status = PC_OK;

  (void)one;
  exchange->has_body = true;
  if (!exchange->http_status)
    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE,
                      &exchange->http_status);
  status = exchange->shared->events->on_body(exchange->owner, data, size);
  return status == PC_OK ? size : refuse(exchange, status);
}

static curl_socket_t
on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
  struct pc_exchange *exchange = context;

  (void)purpose;
  exchange->shared->events->on_found(exchange->owner);
  if (pc_transport_checks_addresses(exchange->shared->transport) &&
      !pc_address_is_public(&address->addr)) {
    exchange->is_forbidden = true;
    return CURL_SOCKET_BAD;
  }
  return pc_sockets_open(&exchange->shared->reactor->sockets, address,
                         exchange->is_plain);
}

static int
on_connected(void *context, char *to, char *from, int to_port, int from_port)
{
  struct pc_exchange *exchange = context;

  (void)to;
  (void)from;
  (void)to_port;
  (void)from_port;
  exchange->shared->events->on_connected(exchange->owner);
  return CURL_PREREQFUNC_OK;
}

static void set_callbacks(struct pc_exchange *exchange)
{
  CURL *easy = exchange->easy;

  curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
  curl_easy_setopt(easy, CURLOPT_SHARE, exchange->shared->reactor->share);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error_text);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head_line);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_piece);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, pc_sockets_on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA,
                   &exchange->shared->reactor->sockets);
}

static void destroy(struct pc_exchange *exchange)
{
  curl_easy_cleanup(exchange->easy);
  pc_bytes_deinit(&exchange->head);
  free(exchange);
}

static struct pc_exchange *create(struct pc_exchanges *shared)
{
  struct pc_exchange *exchange = calloc(1, sizeof(*exchange));

  if (!exchange)
    return NULL;
  exchange->shared = shared;
  pc_bytes_init(&exchange->head, HEAD_CEILING);
  exchange->easy = curl_easy_init();
  if (!exchange->easy)
    goto fail;
  set_callbacks(exchange);
  if (pc_transport_apply(shared->transport, exchange->easy) != PC_OK)
    goto fail;
  return exchange;

fail:
  destroy(exchange);
  return NULL;
}

struct pc_exchange *pc_exchange_take(struct pc_exchanges *shared, void *owner)
{
  struct pc_link *idle = pc_queue_pop(&shared->idle);
  struct pc_exchange *exchange =
      idle ? PC_ITEM_OF(idle, struct pc_exchange, link) : create(shared);

  if (!exchange)
    return NULL;
  exchange->owner = owner;
  pc_counter_add(&shared->counters->in_flight, 1);
  return exchange;
}

void pc_exchange_destroy_idle(struct pc_exchanges *shared)
{
  struct pc_link *link = NULL;

  while ((link = pc_queue_pop(&shared->idle)) != NULL)
    destroy(PC_ITEM_OF(link, struct pc_exchange, link));
}

static enum pc_status
aim(struct pc_exchange *exchange, const char *url, enum pc_method method)
{
  CURLcode code = curl_easy_setopt(exchange->easy, CURLOPT_URL, url);

  exchange->method = method;
  code = code ? code : pc_method_apply(method, exchange->easy);
  if (code != CURLE_OK)
    return PC_NO_MEMORY;
  exchange->is_plain = pc_transport_is_plain(exchange->shared->transport, url);
  return pc_transport_apply_version(exchange->shared->transport, exchange->easy,
                                    url);
}

/* Most transfers repeat the target of the one before on the same handle. */
static enum pc_status aim_at_target(struct pc_exchange *exchange)
{
  const struct pc_target *target = exchange->order.target;
  enum pc_status status = PC_OK;

  if (exchange->target_serial == target->serial)
    return PC_OK;
  exchange->target_serial = 0;
  status = aim(exchange, target->url, target->method);
  if (status == PC_OK)
    exchange->target_serial = target->serial;
  return status;
}

static void set_headers(struct pc_exchange *exchange)
{
  const struct pc_exchange_order *order = &exchange->order;

  curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER,
                   pc_target_headers(order->target, order->timeout_ms,
                                     order->deadline_ms, order->request_id,
                                     exchange->lines));
}

static void set_body(struct pc_exchange *exchange, enum pc_method method)
{
  if (!pc_method_has_body(method))
    return;
  curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   (curl_off_t)exchange->order.body.size);
  curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDS,
                   exchange->order.body.data);
}

static enum pc_status launch(struct pc_exchange *exchange, uint64_t timeout_ms)
{
  enum pc_status status = PC_OK;

  exchange->http_status = 0;
  exchange->is_head_whole = false;
  exchange->has_body = false;
  exchange->refusal = PC_OK;
  exchange->is_forbidden = false;
  exchange->error_text[0] = '\0';
  pc_bytes_clear(&exchange->head);
  curl_easy_setopt(exchange->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
  status = pc_reactor_attach(exchange->shared->reactor, exchange->easy);
  exchange->is_attached = status == PC_OK;
  return status;
}

/* The next connection is a new one, or may be a kept one again. */
static void want_new_connection(struct pc_exchange *exchange, bool is_wanted)
{
  exchange->is_on_new = is_wanted;
  curl_easy_setopt(exchange->easy, CURLOPT_FRESH_CONNECT, (long)is_wanted);
}

enum pc_status pc_exchange_start(struct pc_exchange *exchange)
{
  enum pc_status status = PC_OK;

  pc_counter_add(&exchange->shared->counters->requests, 1);
  exchange->redirects = 0;
  exchange->started_ns = pc_clock_monotonic_ns();
  if (exchange->is_on_new)
    want_new_connection(exchange, false);
  status = aim_at_target(exchange);
  if (status != PC_OK)
    return status;
  set_headers(exchange);
  set_body(exchange, exchange->order.target->method);
  pc_transport_apply_lookup(exchange->easy, exchange->order.looks_up);
  return launch(exchange, exchange->order.timeout_ms);
}

static void detach(struct pc_exchange *exchange)
{
  exchange->is_attached = false;
  pc_reactor_detach(exchange->shared->reactor, exchange->easy);
}

static void abort_running(struct pc_exchange *exchange)
{
  if (!exchange->is_attached)
    return;
  pc_transport_apply_abort(exchange->shared->transport, exchange->easy);
  exchange->target_serial = 0; /* what an abort has set must not stay */
  detach(exchange);
}

void pc_exchange_release(struct pc_exchange *exchange)
{
  if (!exchange)
    return;
  abort_running(exchange);
  pc_counter_take(&exchange->shared->counters->in_flight, 1);
  pc_queue_push_front(&exchange->shared->idle, &exchange->link);
}

const char *pc_exchange_words(const struct pc_exchange *exchange)
{
  if (pc_redirect_is_status(exchange->http_status))
    return pc_redirect_words(exchange->easy, exchange->redirects);
  return exchange->error_text;
}

void pc_exchange_give_up(struct pc_exchange *exchange)
{
  if (!exchange->is_attached)
    return;
  abort_running(exchange);
  pc_counters_take_transfer(exchange->shared->counters, exchange->easy,
                            exchange->http_status);
}

static uint64_t elapsed_ms(const struct pc_exchange *exchange)
{
  return (pc_clock_monotonic_ns() - exchange->started_ns) / NS_PER_MS;
}

/* Sends the request, aimed already, once more in the time that is left. */
static enum pc_status launch_again(struct pc_exchange *exchange)
{
  uint64_t spent_ms = elapsed_ms(exchange);

  if (spent_ms >= exchange->order.timeout_ms)
    return PC_ATTEMPT_TIMEOUT;
  return launch(exchange, exchange->order.timeout_ms - spent_ms);
}

/* Sends the request once more, to `place`. */
static enum pc_status follow(struct pc_exchange *exchange, const char *place)
{
  enum pc_method method =
      pc_redirect_method(exchange->http_status, exchange->method);
  enum pc_status status = PC_OK;

  exchange->redirects++;
  exchange->target_serial = 0;
  status = aim(exchange, place, method);
  if (status != PC_OK)
    return status;
  set_body(exchange, method);
  return launch_again(exchange);
}

/*
 * A server may close a kept connection just when the next request leaves: that
 * says nothing about the request. libcurl sends it again by itself, but not
 * when sending has failed, and five times in the life of a handle only. Nor
 * does it leave an HTTP/2 connection whose frames were broken (seen in 8.22).
 */
static bool has_met_a_closed_connection(const struct pc_exchange *exchange,
                                        CURLcode result)
{
  long opened = 0;

  if (exchange->is_on_new || exchange->head.size)
    return false;
  curl_easy_getinfo(exchange->easy, CURLINFO_NUM_CONNECTS, &opened);
  return !opened && (result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR ||
                     result == CURLE_GOT_NOTHING || result == CURLE_HTTP2);
}

/* The times will not do: newer libcurls set them for failed connects, too. */
static enum pc_status timeout_status(const struct pc_exchange *exchange)
{
  long sent = 0;
  uint64_t connect_ms =
      (uint64_t)exchange->shared->transport->connect_timeout_ms;

  curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &sent);
  if (!sent && connect_ms < exchange->order.timeout_ms)
    return PC_CONNECT_TIMEOUT;
  return PC_ATTEMPT_TIMEOUT;
}

static enum pc_status status_of(const struct pc_exchange *exchange,
                                CURLcode result)
{
  if (exchange->refusal != PC_OK)
    return exchange->refusal;
  if (result == CURLE_OPERATION_TIMEDOUT)
    return timeout_status(exchange);
  if (pc_curl_is_refused_by_proxy(exchange->easy, result))
    return PC_PROXY_REFUSED;
  if (result == CURLE_COULDNT_CONNECT && exchange->is_forbidden)
    return PC_PRIVATE_ADDRESS;
  /* A peer that leaves within the head is no error to libcurl. */
  if (result == CURLE_OK && !exchange->is_head_whole)
    return PC_CONNECTION_LOST;
  /* Once the head is there, what breaks off is the body. */
  if (pc_curl_status(result) == PC_CONNECTION_LOST && exchange->http_status)
    return PC_PARSE_ERROR;
  return pc_curl_status(result);
}

void pc_exchange_on_finished(void *context, CURLcode result)
{
  struct pc_exchange *exchange = context;
  enum pc_status status = PC_OK;
  bool is_again = has_met_a_closed_connection(exchange, result);
  const char *place = NULL;

  curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE,
                    &exchange->http_status);
  exchange->is_nameless = pc_curl_is_nameless(result, exchange->error_text);
  status = status_of(exchange, result);
  if (status == PC_OK && exchange->redirects < PC_REDIRECT_MOST)
    place = pc_redirect_place(exchange->easy, exchange->http_status,
                              exchange->order.target->url);
  detach(exchange);

  if (is_again)
    want_new_connection(exchange, true);
  if (place || is_again) {
    status = place ? follow(exchange, place) : launch_again(exchange);
    if (status == PC_OK)
      return;
  }
  pc_counters_take_transfer(exchange->shared->counters, exchange->easy,
                            exchange->http_status);
  if (status == PC_OK && !pc_exchange_is_success(exchange))
    status = PC_HTTP_ERROR;
  exchange->shared->events->on_done(exchange->owner, status);
}
