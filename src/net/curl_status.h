/*
 * curl_status.h - libcurl's words for the end of a transfer, in ours.
 */
#ifndef PC_NET_CURL_STATUS_H
#define PC_NET_CURL_STATUS_H

#include <curl/curl.h>

#include "base/status.h"

/* What `result` alone says: anything without a word of its own is
   PC_CONNECTION_LOST. Thread: any. */
enum pc_status pc_curl_status(CURLcode result);

#endif
