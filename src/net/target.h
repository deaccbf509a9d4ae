/*
 * target.h - where the requests of one call go and what they all carry.
 *
 * Made on the caller's thread, then the engine's, which renders the head of its
 * requests or, for libcurl's transfers, a list of headers: whichever is asked
 * for, once. Each request adds lines of its own.
 */
#ifndef PC_NET_TARGET_H
#define PC_NET_TARGET_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "wire/http/request_head.h"

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
  const char *header_lines;    /* kept */
  unsigned own_headers;        /* enum pc_own_header bits */
  struct curl_slist *headers;  /* of `header_lines`, NULL until asked for */
  struct pc_request_head head; /* empty until asked for */
  bool is_foreign;             /* the head is libcurl's to write */
};

/*
 * Prepares a target. `header_lines` is "name: value" lines separated by '\n'
 * (kept); `method` is an upper-case name. PC_INVALID_ARGUMENT for an
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
 * which are written into `lines`, PC_OWN_HEADER_COUNT of them. Keeps both. NULL
 * on no memory. Thread: engine.
 */
struct curl_slist *pc_target_headers(struct pc_target *target,
                                     uint64_t timeout_ms,
                                     uint64_t deadline_ms,
                                     const char *request_id,
                                     struct pc_header_line *lines);

/* Lends the head of its requests. Errors as pc_request_head_render. Thread:
   engine. */
PC_MUST_CHECK enum pc_status pc_target_head(struct pc_target *target,
                                            const struct pc_request_head **out);

/* Renders the head of such a request for another place. Likewise. */
PC_MUST_CHECK enum pc_status pc_target_render(const struct pc_target *target,
                                              const char *url,
                                              enum pc_method method,
                                              struct pc_request_head *out);

/* Do requests of this method carry a body? */
bool pc_method_has_body(enum pc_method method);

/* Makes the next transfer of `easy` one of this method. Thread: engine. */
PC_MUST_CHECK CURLcode pc_method_apply(enum pc_method method, CURL *easy);

#endif
