/*
 * batches.h - where the batches of a call begin.
 *
 * Thread: engine.
 */
#ifndef PC_ENGINE_BATCHES_H
#define PC_ENGINE_BATCHES_H

#include <stdint.h>

struct pc_job;

/*
 * Writes the first input of each batch of `job` into `starts`, and the count of
 * inputs behind the last; that may take one more place than there are inputs.
 * Answers how many batches there are.
 */
uint32_t pc_batches_plan(const struct pc_job *job, uint32_t *starts);

#endif
