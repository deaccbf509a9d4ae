/*
 * request_head.h - writes the head of an HTTP/1.1 request, as libcurl would.
 *
 * What all requests of a call have in common is rendered once; of each request
 * only the lines that differ are written. Thread: one at a time.
 */
#ifndef PC_WIRE_HTTP_REQUEST_HEAD_H
#define PC_WIRE_HTTP_REQUEST_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/chars.h"
#include "base/status.h"

/* What a head is rendered from. */
struct pc_request_form {
  const char *method;       /* upper-case name */
  const char *url;          /* http or https, whole */
  const char *header_lines; /* "name: value" separated by '\n' */
  const char *encodings;    /* for Accept-Encoding, unless a header is that */
  bool has_body;            /* a request of this method carries one */
};

/* What differs; a line without a text is left out. */
struct pc_request_lines {
  struct pc_text id;        /* x-baseten-customer-request-id */
  const uint64_t *timeout;  /* request-timeout-ms */
  const uint64_t *deadline; /* request-deadline-ms */
  size_t body_size;
};

struct pc_request_head {
  struct pc_bytes text;
  size_t lines_at;  /* in `text`: what differs comes there */
  size_t length_at; /* and there the Content-Length of one with a body */
  bool has_body;
};

void pc_request_head_init(struct pc_request_head *head);

void pc_request_head_deinit(struct pc_request_head *head);

/*
 * Renders. PC_INVALID_ARGUMENT: the URL is not a plain one (a login, a
 * fragment, dot segments, a port that need not be named, anything but printable
 * ASCII), or a header is about framing, the connection or the host: such
 * requests are libcurl's to write. PC_NO_MEMORY.
 */
PC_MUST_CHECK enum pc_status
pc_request_head_render(struct pc_request_head *head,
                       const struct pc_request_form *form);

/* Appends the head of one request to `out`. PC_NO_MEMORY. */
PC_MUST_CHECK enum pc_status
pc_request_head_write(const struct pc_request_head *head,
                      const struct pc_request_lines *lines,
                      struct pc_bytes *out);

#endif
