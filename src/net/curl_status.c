#include "net/curl_status.h"

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
