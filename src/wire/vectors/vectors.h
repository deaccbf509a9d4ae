/*
 * vectors.h - embeddings by row: one matrix, or rows of their own sizes.
 *
 * As long as every row has the same size the rows stand one behind the other
 * and row i starts at i * row_size: a matrix. The first row of another size
 * turns the store ragged, and then each row has its own place. Sizes are in
 * bytes, because a base64 answer need not hold float32, and rows of scores are
 * pairs of doubles. One thread at a time.
 */
#ifndef PC_WIRE_VECTORS_VECTORS_H
#define PC_WIRE_VECTORS_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct pc_vector_place {
  size_t offset; /* bytes from the start of the data */
  size_t size;   /* bytes, 0 for a row that was never put */
};

struct pc_vectors {
  unsigned char *data; /* malloc'ed; may be taken by the owner at the end */
  size_t size;         /* bytes in use */
  size_t capacity;     /* bytes allocated */
  size_t row_size; /* bytes of every row; 0 before the first and when ragged */
  uint32_t row_count;
  struct pc_vector_place *places; /* NULL while the store is a matrix */
  uint64_t *put_rows; /* private: one bit for each row put into the matrix */
};

/* Makes a store for `row_count` rows. Allocates nothing before the first. */
void pc_vectors_init(struct pc_vectors *vectors, uint32_t row_count);

void pc_vectors_deinit(struct pc_vectors *vectors);

/*
 * Copies one row in, replacing what was put there before. An empty one turns
 * the store ragged.
 * The first row sizes the whole matrix (row_count * size, allocated once and
 * not touched: rows that are never put stay unwritten memory, which nobody may
 * be shown). PC_TOO_LARGE past 16 GiB of all rows, PC_NO_MEMORY: the rows are
 * as before. Borrows `data`.
 */
PC_MUST_CHECK enum pc_status pc_vectors_put(struct pc_vectors *vectors,
                                            uint32_t row,
                                            const void *data,
                                            size_t size);

/* Where row `row` stands, in matrix and ragged stores alike. */
struct pc_vector_place pc_vectors_place(const struct pc_vectors *vectors,
                                        uint32_t row);

bool pc_vectors_are_ragged(const struct pc_vectors *vectors);

#endif
