/*
 * usage.h - the counts that servers report, and what they add up to.
 *
 * An answer's usage is known by where its counts stand in the answer's text;
 * the sum over all answers has its own copies of their names. Numbers saturate
 * at 2^53, the last one that every JSON reader can hold.
 * One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_USAGE_H
#define PC_WIRE_SPLICE_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "base/texts.h"
#include "wire/splice/form.h"

#define PC_SPLICE_USAGE_MAX                                                    \
  32 /* counts of one answer; servers report three                             \
      */

#define PC_SPLICE_USAGE_MOST (UINT64_C(1) << 53)

struct pc_splice_count {
  struct pc_splice_span key; /* without its quotes */
  struct pc_splice_span digits;
};

struct pc_splice_usage {
  uint32_t count;
  struct pc_splice_count counts[PC_SPLICE_USAGE_MAX]; /* in text order */
};

struct pc_splice_total {
  struct pc_splice_span key; /* in `names` */
  uint64_t value;
};

struct pc_splice_totals {
  uint32_t count;
  struct pc_splice_total totals[PC_SPLICE_USAGE_MAX]; /* as they came */
  struct pc_bytes names;
};

/* Has `usage`, found in `text`, this key already? */
bool pc_splice_usage_has(const struct pc_splice_usage *usage,
                         const char *text,
                         struct pc_text key);

void pc_splice_totals_init(struct pc_splice_totals *totals);

void pc_splice_totals_deinit(struct pc_splice_totals *totals);

/*
 * Adds an answer's counts. Borrows `text`. PC_TOO_LARGE when the answers of a
 * call have more than PC_SPLICE_USAGE_MAX different names, PC_NO_MEMORY.
 */
PC_MUST_CHECK enum pc_status
pc_splice_totals_add(struct pc_splice_totals *totals,
                     const struct pc_splice_usage *usage,
                     const char *text);

/* The total of that name, NULL when there is none. Lends it. */
const struct pc_splice_total *
pc_splice_totals_find(const struct pc_splice_totals *totals,
                      struct pc_text key);

/* The name of a total, as it first came. Lends it. */
struct pc_text pc_splice_totals_name(const struct pc_splice_totals *totals,
                                     const struct pc_splice_total *total);

#endif
