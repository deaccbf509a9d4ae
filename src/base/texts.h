/*
 * texts.h - the inputs of one call: many strings in one arena.
 *
 * Filled once on the caller's thread, then only read. Strings are UTF-8.
 */
#ifndef PC_BASE_TEXTS_H
#define PC_BASE_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/chars.h"
#include "base/status.h"

struct pc_texts {
  struct pc_bytes arena;
  size_t *ends;   /* ends[i] is where text i stops in the arena */
  double *tokens; /* of each text, as its owner counts them; NULL: nobody has */
  uint32_t count;
  uint32_t capacity;
};

/* Makes an empty store with room for `count` texts. */
PC_MUST_CHECK enum pc_status pc_texts_init(struct pc_texts *texts,
                                           uint32_t count);

void pc_texts_deinit(struct pc_texts *texts);

/*
 * Ends the text that the caller has just written behind the arena's size (in
 * room got from pc_bytes_reserve). No more than there is room for.
 */
void pc_texts_close_text(struct pc_texts *texts, size_t size);

/* Copies one text in. */
PC_MUST_CHECK enum pc_status
pc_texts_add(struct pc_texts *texts, const char *data, size_t size);

/* The same for a store whose size is not known before: it grows as needed. */
PC_MUST_CHECK enum pc_status
pc_texts_push(struct pc_texts *texts, const char *data, size_t size);

/* Copies the owner's counts, one for each text that is there. */
PC_MUST_CHECK enum pc_status pc_texts_set_tokens(struct pc_texts *texts,
                                                 const double *tokens);

/* Lends text `index`. */
struct pc_text pc_texts_at(const struct pc_texts *texts, uint32_t index);

/* Unicode code points of text `index`. */
uint64_t pc_texts_chars(const struct pc_texts *texts, uint32_t index);

#endif
