#include "net/curl_status.h"

#include <errno.h>
#include <stdio.h>

#include "net/sockets.h"

/* To look a name up takes a few: for its files, and for its packets. */
enum { LOOKUP_DESCRIPTORS = 3, CONNECT_DESCRIPTORS = 1 };

enum pc_status pc_curl_status(CURLcode result)
{
  switch (result) {
  case CURLE_OK:
    return PC_OK;
  case CURLE_OPERATION_TIMEDOUT:
    return PC_ATTEMPT_TIMEOUT;
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_CONNECT:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PROXY:
    return PC_CONNECT_FAILED;
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
    return PC_CONNECTION_LOST;
  }
}

static void explain_shortage(int reason, char *words)
{
  const char *whose = reason == ENFILE ? "the system" : "the process";

  snprintf(words, CURL_ERROR_SIZE,
           "%s has no file descriptor left (see ulimit -n)", whose);
}

bool pc_curl_is_nameless(CURLcode result, char *words)
{
  bool is_nameless = result == CURLE_COULDNT_RESOLVE_HOST ||
                     result == CURLE_COULDNT_RESOLVE_PROXY;

  if (!is_nameless && result != CURLE_COULDNT_CONNECT)
    return false;
  if (pc_sockets_may_open(is_nameless ? LOOKUP_DESCRIPTORS
                                      : CONNECT_DESCRIPTORS) ||
      (errno != EMFILE && errno != ENFILE))
    return is_nameless;
  explain_shortage(errno, words);
  return false;
}

/* 408 and 429 say that it may do so later, as the codes of 5xx do. */
bool pc_curl_is_refused_by_proxy(CURL *easy, CURLcode result)
{
  long http_status = 0;

  if (result != CURLE_OK)
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &http_status);
  return http_status >= 400 && http_status <= 499 && http_status != 408 &&
         http_status != 429;
}
