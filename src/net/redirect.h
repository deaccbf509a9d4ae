/*
 * redirect.h - whether and how an answer sends the request elsewhere.
 *
 * Method changes follow the Fetch standard, 4.4 "HTTP-redirect fetch": 303, and
 * 301 or 302 after a POST, turn into GET; 307 and 308 repeat the request.
 * Thread: engine.
 */
#ifndef PC_NET_REDIRECT_H
#define PC_NET_REDIRECT_H

#include <stdbool.h>

#include "base/bytes.h"
#include "net/target.h"

#define PC_REDIRECT_MOST 5

/* Is this one of the statuses that name another place? */
bool pc_redirect_is_status(long http_status);

/*
 * Where the whole head of an answer of such a status, to a request for `from`,
 * redirects to: gives a whole URL. NULL for nowhere.
 */
char *pc_redirect_place(const struct pc_bytes *head, const char *from);

/* Have both URLs the same scheme, host and port? */
bool pc_redirect_is_same_origin(const char *from, const char *to);

/* Why an answer that redirects to `place` was not followed, as were those
   before. */
const char *pc_redirect_words(const char *place, unsigned followed);

/* The method with which to ask at the other place. */
enum pc_method pc_redirect_method(long http_status, enum pc_method method);

#endif
