/*
 * trust.h - whom the TLS connections of an engine trust.
 *
 * One store of roots for all connections of an engine, parsed once. Where the
 * TLS library is built into the addon, libcurl is handed the parsed store; a
 * libcurl of the system is handed a file, as it keeps the parsed store of a
 * file, but neither that of a blob nor of a directory, and parsing some 150
 * roots costs 10 ms. Thread: engine, but for create and destroy.
 */
#ifndef PC_NET_TRUST_H
#define PC_NET_TRUST_H

#include <curl/curl.h>

#include "base/status.h"

struct pc_trust;

/*
 * Copies `pem`, the certificates of all trusted roots, and gives what connects
 * by them in *out. PC_NO_MEMORY, PC_SYSTEM_ERROR. Thread: any.
 */
PC_MUST_CHECK enum pc_status pc_trust_create(const char *pem,
                                             struct pc_trust **out);

/* NULL is allowed. No connection may be left. Thread: any. */
void pc_trust_destroy(struct pc_trust *trust);

/* Sets the roots on a new easy handle, which keeps `trust`. */
PC_MUST_CHECK CURLcode pc_trust_apply(struct pc_trust *trust, CURL *easy);

#endif
