/*
 * fuzz.h - what the fuzz targets share: cutting input, and plain readers.
 *
 * A target feeds arbitrary bytes to one reader and demands what the reader
 * promises of any text. Its knobs (how many items, where to cut) are the last
 * bytes of the input, so that a seed is a text one can read.
 */
#ifndef PC_FUZZ_FUZZ_H
#define PC_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* What libFuzzer calls with every input; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run, and libFuzzer keeps the input, unless the promise holds. */
#define REQUIRE(promise) fuzz_require((promise), #promise, __FILE__, __LINE__)

static inline void
fuzz_require(bool holds, const char *promise, const char *file, int line)
{
  if (holds)
    return;
  fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, promise);
  abort();
}

/* Takes a knob off the end of the input; 0 when nothing is left. */
static inline unsigned fuzz_take_knob(const uint8_t *data, size_t *size)
{
  return *size ? data[--*size] : 0;
}

/* Items in an answer, 1 … 8. The digits are their own counts. */
static inline uint32_t fuzz_count_of(unsigned knob)
{
  return knob & 7 ? knob & 7 : 8;
}

/* Copies to memory of just that size, so that ASan sees a step too far. */
static inline char *fuzz_copy(const void *data, size_t size)
{
  char *copy = malloc(size ? size : 1);

  REQUIRE(copy != NULL);
  if (size)
    memcpy(copy, data, size);
  return copy;
}

/* The same with a NUL behind it. */
static inline char *fuzz_copy_text(const void *data, size_t size)
{
  char *copy = malloc(size + 1);

  REQUIRE(copy != NULL);
  if (size)
    memcpy(copy, data, size);
  copy[size] = '\0';
  return copy;
}

/* The size of the next piece, 1 … left: mostly a few bytes, now and then many.
 */
static inline size_t fuzz_cut(uint32_t *state, size_t left)
{
  size_t size = 0;

  *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
  size = *state >> 30 ? 1 + (*state >> 8) % 4 : 1 + (*state >> 8) % 256;
  return size < left ? size : left;
}

/* A run that holds `text` already: what a reader must keep when it refuses. */
static inline void fuzz_start_bytes(struct pc_bytes *out, const char *text)
{
  pc_bytes_init(out, (size_t)1 << 24);
  REQUIRE(pc_bytes_append_text(out, text) == PC_OK);
}

#endif
