/*
 * exchange_status.h - what has become of an exchange, by libcurl's word for it.
 */
#ifndef PC_NET_EXCHANGE_STATUS_H
#define PC_NET_EXCHANGE_STATUS_H

#include <curl/curl.h>

#include "base/status.h"
#include "net/exchange.h"

/*
 * How the transfer of `exchange`, still attached, has ended with `result`: why
 * one of our callbacks stopped it, or else what libcurl's code means. PC_OK for
 * an answer of any status. Thread: engine.
 */
enum pc_status pc_exchange_status(const struct pc_exchange *exchange,
                                  CURLcode result);

#endif
