/*
 * fault.h - why an answer was refused, in words for the caller's error.
 *
 * Made by the wire readers, carried by the attempt. Holds no secrets: only
 * positions, counts and names of the protocol.
 */
#ifndef PC_BASE_FAULT_H
#define PC_BASE_FAULT_H

#include "base/status.h"

#define PC_FAULT_SIZE 160

struct pc_fault {
  char reason[PC_FAULT_SIZE]; /* one sentence, cut to fit */
};

/* Writes the reason and returns `status`, so a reader can return the call. */
PC_PRINTF(3, 4)
enum pc_status pc_fault_set(struct pc_fault *fault,
                            enum pc_status status,
                            const char *format,
                            ...);

#endif
