/*
 * embeddings_packed.h - an embeddings answer that comes as MessagePack, cut
 * into tokens. One thread at a time.
 */
#ifndef PC_WIRE_ANSWERS_EMBEDDINGS_PACKED_H
#define PC_WIRE_ANSWERS_EMBEDDINGS_PACKED_H

#include <stdbool.h>

#include "base/status.h"
#include "wire/answers/embeddings_token.h"

/* Reads what is whole of `text` of such an answer: up to packed->at. */
PC_MUST_CHECK enum pc_status
pc_embeddings_read_packed(struct pc_embeddings *answer, bool is_last);

#endif
