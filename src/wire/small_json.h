/*
 * small_json.h - what rerank and classify answers share: cJSON made strict.
 *
 * cJSON alone takes some text that is not JSON, ends strings at an escaped NUL
 * and gives up on half a surrogate pair. Here the text is checked first, and
 * both kinds of escape survive: the tree keeps NUL as the byte 0xff, which
 * UTF-8 never has, and half a pair becomes U+FFFD.
 * Thread: any.
 */
#ifndef PC_WIRE_SMALL_JSON_H
#define PC_WIRE_SMALL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"

struct cJSON;

/* Checks item number `place` of a list and appends its JSON to the answer. */
typedef enum pc_status
pc_small_json_item_fn(void *context, struct cJSON *item, uint32_t place);

/*
 * Parses body[0..size), finds its list of `count` items (bare, or as "data" or
 * "results" of an object) and appends a JSON array of what `read_item` makes of
 * them to `out`. On failure `out` is as before; PC_PARSE_ERROR fills `fault`.
 */
PC_MUST_CHECK enum pc_status
pc_small_json_read(const char *body,
                   size_t size,
                   uint32_t count,
                   pc_small_json_item_fn *read_item,
                   void *context,
                   struct pc_bytes *out,
                   struct pc_fault *fault);

/* Appends a JSON array of what `read_item` makes of the items of `list`. */
PC_MUST_CHECK enum pc_status
pc_small_json_read_list(const struct cJSON *list,
                        pc_small_json_item_fn *read_item,
                        void *context,
                        struct pc_bytes *out);

/* Is `object`'s member `name` a finite number? Then it is in *out. */
bool pc_small_json_number(const struct cJSON *object,
                          const char *name,
                          double *out);

/*
 * Appends a finite number in 17 digits, which always read back the same. Only
 * V8's parser sees them; looking for fewer took half of a classify answer's
 * time.
 */
PC_MUST_CHECK enum pc_status pc_small_json_append_number(struct pc_bytes *out,
                                                         double number);

/* Appends a string of a parsed tree, quoted. The tree's copy is used up. */
PC_MUST_CHECK enum pc_status pc_small_json_append_string(struct pc_bytes *out,
                                                         struct cJSON *string);

#endif
