#include "net/opener.h"

#include <stdlib.h>

#include "net/curl_status.h"

static curl_socket_t
on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
  struct pc_opener *opener = context;

  (void)purpose;
  opener->events->on_found(opener->owner);
  if (!pc_transport_allows(opener->transport, &address->addr)) {
    opener->is_forbidden = true;
    return CURL_SOCKET_BAD;
  }
  return pc_sockets_open(&opener->reactor->sockets, address, false);
}

static int on_close(void *context, curl_socket_t fd)
{
  struct pc_opener *opener = context;

  if (fd != opener->taken)
    return pc_sockets_on_close(&opener->reactor->sockets, fd);
  pc_sockets_forget(&opener->reactor->sockets, fd);
  return 0;
}

static enum pc_status status_of(const struct pc_opener *opener, CURLcode result)
{
  if (result == CURLE_COULDNT_CONNECT && opener->is_forbidden)
    return PC_PRIVATE_ADDRESS;
  return pc_curl_status(result);
}

static void on_done(struct pc_reactor_client *client, CURLcode result)
{
  struct pc_opener *opener = PC_ITEM_OF(client, struct pc_opener, client);

  opener->is_nameless = result == CURLE_COULDNT_RESOLVE_HOST ||
                        result == CURLE_COULDNT_RESOLVE_PROXY;
  opener->is_open = result == CURLE_OK;
  if (!opener->is_open)
    pc_opener_end(opener);
  opener->events->on_opened(opener->owner, status_of(opener, result));
}

static void on_unwatched(struct pc_reactor_client *client,
                         enum pc_status status)
{
  struct pc_opener *opener = PC_ITEM_OF(client, struct pc_opener, client);

  if (!opener->is_open)
    opener->events->on_lost(opener->owner, status);
}

static void set_callbacks(struct pc_opener *opener)
{
  CURL *easy = opener->easy;

  curl_easy_setopt(easy, CURLOPT_PRIVATE, &opener->client);
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_SHARE, opener->reactor->share);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, opener->error_text);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, opener);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, opener);
}

struct pc_opener *pc_opener_create(struct pc_reactor *reactor,
                                   const struct pc_transport *transport)
{
  struct pc_opener *opener = calloc(1, sizeof(*opener));

  if (!opener)
    return NULL;
  opener->client = (struct pc_reactor_client){.on_done = on_done,
                                              .on_unwatched = on_unwatched};
  opener->reactor = reactor;
  opener->transport = transport;
  opener->taken = CURL_SOCKET_BAD;
  opener->easy = curl_easy_init();
  if (!opener->easy)
    goto fail;
  set_callbacks(opener);
  if (pc_transport_apply(transport, opener->easy) != PC_OK)
    goto fail;
  return opener;

fail:
  pc_opener_destroy(opener);
  return NULL;
}

void pc_opener_destroy(struct pc_opener *opener)
{
  if (!opener)
    return;
  pc_opener_end(opener);
  curl_easy_cleanup(opener->easy);
  free(opener);
}

enum pc_status pc_opener_start(struct pc_opener *opener,
                               const char *url,
                               uint64_t limit_ms,
                               const struct pc_opener_events *events,
                               void *owner)
{
  long connect_ms = opener->transport->connect_timeout_ms;
  enum pc_status status = PC_OK;

  if (limit_ms < (uint64_t)connect_ms)
    connect_ms = (long)limit_ms;
  if (curl_easy_setopt(opener->easy, CURLOPT_URL, url) != CURLE_OK)
    return PC_NO_MEMORY;
  status = pc_transport_apply_version(opener->transport, opener->easy, url);
  if (status != PC_OK)
    return status;
  curl_easy_setopt(opener->easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
  opener->events = events;
  opener->owner = owner;
  opener->taken = CURL_SOCKET_BAD;
  opener->is_open = false;
  opener->is_forbidden = false;
  opener->is_nameless = false;
  opener->error_text[0] = '\0';
  status = pc_reactor_attach(opener->reactor, opener->easy);
  opener->is_attached = status == PC_OK;
  return status;
}

void pc_opener_end(struct pc_opener *opener)
{
  if (!opener->is_attached)
    return;
  opener->is_attached = false;
  pc_reactor_detach(opener->reactor, opener->easy);
}

curl_socket_t pc_opener_take_socket(struct pc_opener *opener)
{
  curl_easy_getinfo(opener->easy, CURLINFO_ACTIVESOCKET, &opener->taken);
  pc_opener_end(opener);
  return opener->taken;
}

curl_socket_t pc_opener_stay(const struct pc_opener *opener)
{
  curl_socket_t fd = CURL_SOCKET_BAD;

  curl_easy_getinfo(opener->easy, CURLINFO_ACTIVESOCKET, &fd);
  return fd;
}
