/*
 * defaults.h - members that a request body gets unless it has them.
 *
 * A server's model, or what it wants to be told and callers may leave out. The
 * body is scanned once by somebody else, who tells each key it meets; then the
 * members that were not among them are written. One thread at a time.
 */
#ifndef PC_WIRE_SPLICE_DEFAULTS_H
#define PC_WIRE_SPLICE_DEFAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "base/texts.h"

#define PC_SPLICE_DEFAULTS_MAX 16

struct pc_splice_default {
  struct pc_text key;    /* without its quotes */
  struct pc_text member; /* key, colon and value */
  bool is_present;       /* the body has the key */
};

struct pc_splice_defaults {
  struct pc_splice_default members[PC_SPLICE_DEFAULTS_MAX];
  uint32_t count;
};

/*
 * Reads a JSON object, whose text is kept. PC_INVALID_ARGUMENT when it is none
 * or has more than PC_SPLICE_DEFAULTS_MAX members.
 */
PC_MUST_CHECK enum pc_status
pc_splice_defaults_read(struct pc_splice_defaults *defaults,
                        struct pc_text object);

/* Tells a key of the body, without its quotes. Borrows it. */
void pc_splice_defaults_meet(struct pc_splice_defaults *defaults,
                             struct pc_text key);

/* Writes the members whose key was not met, with a comma behind each. */
void pc_splice_defaults_write(const struct pc_splice_defaults *defaults,
                              struct pc_writer *writer);

#endif
