#include "net/transport.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/address.h"

enum {
  /* Below the server's usual 60-120 s, so that dead connections are rare. */
  IDLE_CONNECTION_S = 30,
  KNOWN_ADDRESS_S = 60,
  DOUBTED_ADDRESS_S = 1,
  RECEIVE_BUFFER_SIZE = 64 * 1024,
  FIRST_REWORKED_H2_VERSION = 0x080000,
  FIRST_SHARED_H2C_VERSION = 0x081600
};

static char *copy_text(const char *text, bool *is_whole)
{
  char *copy = strdup(text ? text : "");

  if (!copy)
    *is_whole = false;
  return copy;
}

enum pc_status pc_transport_copy(const struct pc_transport *from,
                                 struct pc_transport *out)
{
  bool is_whole = true;
  enum pc_status status = PC_NO_MEMORY;

  *out = *from;
  out->trust = NULL;
  out->ca = NULL;
  out->proxy = copy_text(from->proxy, &is_whole);
  out->no_proxy = copy_text(from->no_proxy, &is_whole);
  out->cert = copy_text(from->cert, &is_whole);
  out->key = copy_text(from->key, &is_whole);
  if (is_whole)
    status = pc_trust_create(from->ca ? from->ca : "", &out->trust);
  if (status != PC_OK)
    pc_transport_deinit(out);
  return status;
}

/* Through a volatile pointer, so that no compiler leaves it out. */
static void wipe(char *secret)
{
  for (volatile char *at = secret; at && *at; at++)
    *at = '\0';
}

void pc_transport_deinit(struct pc_transport *transport)
{
  wipe(transport->key);
  free(transport->proxy);
  free(transport->no_proxy);
  free(transport->ca);
  free(transport->cert);
  free(transport->key);
  pc_trust_destroy(transport->trust);
  *transport = (struct pc_transport){0};
}

static const char *or_empty(const char *text)
{
  return text ? text : "";
}

struct pc_transport_library pc_transport_library(void)
{
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

  return (struct pc_transport_library){.version = or_empty(info->version),
                                       .tls = or_empty(info->ssl_version),
                                       .has_http2 =
                                           info->features & CURL_VERSION_HTTP2};
}

const char *pc_transport_encodings(void)
{
  static const char *const by_features[] = {
      "identity", "br",       "gzip",       "gzip, br",
      "zstd",     "zstd, br", "zstd, gzip", "zstd, gzip, br",
  };
  int features = curl_version_info(CURLVERSION_NOW)->features;

  return by_features[(features & CURL_VERSION_ZSTD ? 4 : 0) +
                     (features & CURL_VERSION_LIBZ ? 2 : 0) +
                     (features & CURL_VERSION_BROTLI ? 1 : 0)];
}

static CURLcode set_blob(CURL *easy, CURLoption option, char *pem)
{
  struct curl_blob blob = {
      .data = pem, .len = strlen(pem), .flags = CURL_BLOB_NOCOPY};

  return *pem ? curl_easy_setopt(easy, option, &blob) : CURLE_OK;
}

static CURLcode apply_tls(const struct pc_transport *transport, CURL *easy)
{
  CURLcode code = pc_trust_apply(transport->trust, easy);

  code = code ? code : set_blob(easy, CURLOPT_SSLCERT_BLOB, transport->cert);
  return code ? code : set_blob(easy, CURLOPT_SSLKEY_BLOB, transport->key);
}

static CURLcode apply_network(const struct pc_transport *transport, CURL *easy)
{
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROXY, transport->proxy);

  code = code ? code
              : curl_easy_setopt(easy, CURLOPT_NOPROXY, transport->no_proxy);
  code = code ? code
              : curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                                 transport->connect_timeout_ms);
  code =
      code ? code : curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  code = code ? code
              : curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING,
                                 pc_transport_encodings());
  return code;
}

enum pc_status pc_transport_apply(const struct pc_transport *transport,
                                  CURL *easy)
{
  CURLcode code = CURLE_OK;

  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER_SIZE);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  /* A cancelled lookup must not hold the thread until the resolver answers. */
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);

  code = apply_network(transport, easy);
  code = code ? code : apply_tls(transport, easy);
  return code == CURLE_OK ? PC_OK : PC_NO_MEMORY;
}

static bool has_scheme(const char *url, const char *scheme)
{
  return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

static bool is_tls(const char *url)
{
  return has_scheme(url, "https:");
}

/* Is HTTP/2 spoken to `url` without asking first? */
static bool is_h2c(const struct pc_transport *transport, const char *url)
{
  return transport->http_version == 2 && transport->cleartext_h2 &&
         !is_tls(url);
}

bool pc_transport_allows(const struct pc_transport *transport,
                         const struct sockaddr *address)
{
  return !transport->public_only || *transport->proxy ||
         pc_address_is_public(address);
}

bool pc_transport_is_cleartext(const char *url)
{
  return !is_tls(url);
}

/* What is cleartext goes to an HTTP proxy whole, with another request line. */
bool pc_transport_is_direct(const struct pc_transport *transport,
                            const char *url)
{
  if (transport->uses_libcurl || is_h2c(transport, url) ||
      (transport->http_version == 2 && is_tls(url)))
    return false;
  return is_tls(url) || !has_scheme(transport->proxy, "http");
}

bool pc_transport_is_plain(const struct pc_transport *transport,
                           const char *url)
{
  bool is_proxy_plain =
      !*transport->proxy || has_scheme(transport->proxy, "http:");

  return !is_h2c(transport, url) && !is_tls(url) && is_proxy_plain;
}

/* HTTP/2 in libcurl was reworked in 8.0; what was there before has flaws. */
static bool has_reworked_h2(void)
{
  return curl_version_info(CURLVERSION_NOW)->version_num >=
         FIRST_REWORKED_H2_VERSION;
}

/*
 * Can requests wait for the first cleartext connection instead of opening their
 * own? libcurl 8.14 waits for ever for a connection that it will not call
 * HTTP/2 before an answer has come; 8.22 does not.
 */
static bool shares_cleartext_h2(void)
{
  return curl_version_info(CURLVERSION_NOW)->version_num >=
         FIRST_SHARED_H2C_VERSION;
}

/* One that was looked up just now is not doubted: libcurl would forget it for
   those that look up at the same time as well. */
void pc_transport_apply_lookup(CURL *easy, bool is_doubted)
{
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT,
                   (long)(is_doubted ? DOUBTED_ADDRESS_S : KNOWN_ADDRESS_S));
}

/*
 * libcurl keeps the reset of an aborted stream to itself until the connection
 * is used again (seen in 7.88 and 8.14). A connection that carried nothing else
 * is closed instead.
 */
void pc_transport_apply_abort(const struct pc_transport *transport, CURL *easy)
{
  if (transport->http_version == 2)
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

/*
 * The older one breaks every request on a reused cleartext connection ("HTTP2
 * framing layer"), so such a connection serves one request.
 */
enum pc_status pc_transport_apply_version(const struct pc_transport *transport,
                                          CURL *easy,
                                          const char *url)
{
  bool is_cleartext_h2 = is_h2c(transport, url);
  bool is_tls_h2 = transport->http_version == 2 && is_tls(url);
  bool is_single_use = is_cleartext_h2 && !has_reworked_h2();
  long version = CURL_HTTP_VERSION_1_1;
  CURLcode code = CURLE_OK;

  if (is_cleartext_h2)
    version = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
  else if (is_tls_h2)
    version = CURL_HTTP_VERSION_2TLS;
  code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version);
  curl_easy_setopt(
      easy, CURLOPT_PIPEWAIT,
      (long)(is_tls_h2 || (is_cleartext_h2 && shares_cleartext_h2())));
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, is_single_use ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, is_single_use ? 1L : 0L);
  return code == CURLE_OK ? PC_OK : PC_SYSTEM_ERROR;
}
