/*
 * url_path.h - the path that a caller of the proxy names for its batch.
 *
 * It is appended to the target's URL, so it must not be able to change the
 * host, climb out of the target's own path or end the request line.
 * Thread: any.
 */
#ifndef PC_WIRE_SPLICE_URL_PATH_H
#define PC_WIRE_SPLICE_URL_PATH_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/status.h"
#include "base/texts.h"

/*
 * Writes the path that a JSON string stands for, of which `inside` is what is
 * between the quotes: without blanks around it and with a leading '/'. A query
 * may follow. PC_BAD_BODY when the text is no safe path; then *reason is a
 * literal that goes on behind "url_path", and `out` is empty.
 */
PC_MUST_CHECK enum pc_status pc_url_path_read(struct pc_text inside,
                                              struct pc_bytes *out,
                                              const char **reason);

/*
 * Is `path`, its query aside, one of `names`, of which '\n' separates each from
 * the next? One that ends in '*' means all that begin with what is before it;
 * without any, every path is named.
 */
bool pc_url_path_is_named(struct pc_text path, struct pc_text names);

#endif
