/*
 * redirect.h - whether and how an answer sends the request elsewhere.
 *
 * Method changes follow the Fetch standard, 4.4 "HTTP-redirect fetch": 303, and
 * 301 or 302 after a POST, turn into GET; 307 and 308 repeat the request.
 * Thread: engine.
 */
#ifndef PC_NET_REDIRECT_H
#define PC_NET_REDIRECT_H

#include <curl/curl.h>
#include <stdbool.h>

#include "net/target.h"

#define PC_REDIRECT_MOST 5

/* Is this one of the statuses that name another place? */
bool pc_redirect_is_status(long http_status);

/*
 * The place to which the finished answer of `easy`, of this status, redirects a
 * request for `url`: lent by `easy`. NULL when it names none of the same
 * scheme, host and port.
 */
const char *pc_redirect_place(CURL *easy, long http_status, const char *url);

/* Why the finished answer of `easy` was not followed, as were those before. */
const char *pc_redirect_words(CURL *easy, unsigned followed);

/* The method with which to ask at the other place. */
enum pc_method pc_redirect_method(long http_status, enum pc_method method);

#endif
