/*
 * halving.h - what refusals of batches as too large teach the rest of a call.
 *
 * A refused batch goes out as two halves, and later batches are made no larger
 * than those, but never smaller than a batch that was accepted. A single input
 * that is refused is to blame itself: then the size of batches was not what
 * the refusals before it were about. Zero it but for `largest`. Thread: any;
 * one at a time for each.
 */
#ifndef PC_POLICY_HALVING_H
#define PC_POLICY_HALVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pc_halving {
  uint32_t largest;  /* inputs of a batch; UINT32_MAX for no limit */
  uint32_t accepted; /* inputs of the largest batch that had an answer */
  uint64_t lone;     /* marks how a single input was refused, 0 for not yet */
};

/* A batch of `count` inputs has an answer. */
void pc_halving_accept(struct pc_halving *halving, uint32_t count);

/*
 * A batch of `count` inputs was refused as too large, with these words. May its
 * halves be tried? Not those of a single input; nor when even that was refused
 * in the same words while no batch of the call was accepted.
 */
bool pc_halving_refuse(struct pc_halving *halving,
                       uint32_t count,
                       long http_status,
                       const char *text,
                       size_t size);

#endif
