/*
 * curl_status.h - libcurl's words for the end of a transfer, in ours.
 */
#ifndef PC_NET_CURL_STATUS_H
#define PC_NET_CURL_STATUS_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/status.h"

/* What `result` alone says: anything without a word of its own is
   PC_CONNECTION_LOST. Thread: any. */
enum pc_status pc_curl_status(CURLcode result);

/*
 * Was there no address for the host? False where the process has no descriptor
 * left to ask or to connect with: then *words, which hold libcurl's
 * (CURL_ERROR_SIZE), become the ones for that. Thread: any.
 */
bool pc_curl_is_nameless(CURLcode result, char *words);

/* Has a forward proxy refused, for good, to open a tunnel? Thread: the
   handle's. */
bool pc_curl_is_refused_by_proxy(CURL *easy, CURLcode result);

#endif
