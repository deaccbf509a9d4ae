/*
 * target.h - where the requests of one call go and what they all carry.
 *
 * Made on the caller's thread, then only read. The header list is shared by all
 * transfers of the call: each puts its own lines in front of it.
 */
#ifndef PC_NET_TARGET_H
#define PC_NET_TARGET_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum pc_method {
  PC_METHOD_GET,
  PC_METHOD_POST,
  PC_METHOD_PUT,
  PC_METHOD_PATCH,
  PC_METHOD_DELETE,
  PC_METHOD_HEAD,
  PC_METHOD_OPTIONS,
  PC_METHOD_COUNT
};

/* Per-attempt headers that the caller has set for the whole call itself. */
enum pc_own_header {
  PC_OWN_REQUEST_ID = 1,
  PC_OWN_TIMEOUT = 2,
  PC_OWN_DEADLINE = 4
};

#define PC_OWN_HEADER_COUNT 3
#define PC_REQUEST_ID_SIZE 160
#define PC_HEADER_LINE_SIZE (PC_REQUEST_ID_SIZE + 40)

/* A header line that differs from exchange to exchange. */
struct pc_header_line {
  struct curl_slist node; /* links into the target's list */
  char text[PC_HEADER_LINE_SIZE];
};

struct pc_target {
  uint64_t
      serial; /* unlike any other of its engine; set when the call starts */
  const char *url; /* kept */
  enum pc_method method;
  struct curl_slist *headers;
  unsigned own_headers; /* enum pc_own_header bits */
};

/*
 * Prepares a target. `header_lines` is "name: value" lines separated by '\n'
 * (borrowed); `method` is an upper-case name. PC_INVALID_ARGUMENT for an
 * unknown method. Thread: any.
 */
PC_MUST_CHECK enum pc_status pc_target_init(struct pc_target *target,
                                            const char *url,
                                            const char *method,
                                            const char *header_lines,
                                            unsigned own_headers);

void pc_target_deinit(struct pc_target *target);

/*
 * Lends the list of an exchange's headers: those of the target behind its own,
 * which are written into `lines`, PC_OWN_HEADER_COUNT of them. Keeps both.
 */
struct curl_slist *pc_target_headers(const struct pc_target *target,
                                     uint64_t timeout_ms,
                                     uint64_t deadline_ms,
                                     const char *request_id,
                                     struct pc_header_line *lines);

/* Do requests of this method carry a body? */
bool pc_method_has_body(enum pc_method method);

/* Makes the next transfer of `easy` one of this method. Thread: engine. */
PC_MUST_CHECK CURLcode pc_method_apply(enum pc_method method, CURL *easy);

#endif
