/*
 * form.h - the shapes of request that the proxy can cut and join, and the parts
 * of a body by offsets: the body may move.
 */
#ifndef PC_WIRE_SPLICE_FORM_H
#define PC_WIRE_SPLICE_FORM_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/chars.h"

/* Numbers are part of the addon's interface. */
enum pc_splice_form {
  PC_SPLICE_EMBEDDINGS, /* {"input": …} */
  PC_SPLICE_RERANK,     /* {"query": …, "texts": […]} */
  PC_SPLICE_CLASSIFY,   /* {"inputs": …} */
  PC_SPLICE_GENERIC     /* {"url_path": …, "payloads": […]} */
};

struct pc_splice_span {
  size_t start;
  size_t end; /* behind the last byte */
};

/* Lends a part of the text. */
static inline struct pc_text pc_splice_span_of(const char *text,
                                               struct pc_splice_span span)
{
  return (struct pc_text){.data = text + span.start,
                          .size = span.end - span.start};
}

/* Cuts the text down to a part of it. */
static inline void pc_splice_span_keep(struct pc_splice_span span,
                                       struct pc_bytes *text)
{
  pc_bytes_set_size(text, span.end);
  pc_bytes_drop_front(text, span.start);
}

#endif
