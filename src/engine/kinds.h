/*
 * kinds.h - what is special about each kind of call.
 *
 * Thread: any.
 */
#ifndef PC_ENGINE_KINDS_H
#define PC_ENGINE_KINDS_H

#include "engine/plan.h"
#include "engine/reader.h"

/* Lends how calls of this kind begin, end and read their answers. */
const struct pc_reader_ops *pc_kind_ops(enum pc_kind kind);

#endif
