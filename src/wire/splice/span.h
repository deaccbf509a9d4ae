/*
 * span.h - a part of a body, by offsets: the body may move.
 */
#ifndef PC_WIRE_SPLICE_SPAN_H
#define PC_WIRE_SPLICE_SPAN_H

#include <stddef.h>

struct pc_splice_span {
  size_t start;
  size_t end; /* behind the last byte */
};

#endif
