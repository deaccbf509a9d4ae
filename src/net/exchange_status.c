#include "net/exchange_status.h"

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

enum pc_status pc_exchange_status(const struct pc_exchange *exchange,
                                  CURLcode result)
{
  if (exchange->refusal != PC_OK)
    return exchange->refusal;
  switch (result) {
  case CURLE_OK:
    /* A peer that leaves within the head is no error to libcurl. */
    return exchange->is_head_whole ? PC_OK : PC_CONNECTION_LOST;
  case CURLE_OPERATION_TIMEDOUT:
    return timeout_status(exchange);
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PROXY:
    return PC_CONNECT_FAILED;
  case CURLE_COULDNT_CONNECT:
    return exchange->is_forbidden ? PC_PRIVATE_ADDRESS : PC_CONNECT_FAILED;
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
    return exchange->http_status ? PC_PARSE_ERROR : PC_CONNECTION_LOST;
  }
}
