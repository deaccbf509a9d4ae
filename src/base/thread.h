/*
 * thread.h - threads of our own in somebody else's process.
 */
#ifndef PC_BASE_THREAD_H
#define PC_BASE_THREAD_H

#include <pthread.h>

#include "base/status.h"

/*
 * Starts a thread that gets no signals: they belong to the process's own
 * threads. Only faults, and profilers, who mean this one, reach it. Gives it in
 * *out. PC_SYSTEM_ERROR: there is none, and errno says why. Thread: any.
 */
PC_MUST_CHECK enum pc_status
pc_thread_start(void *(*run)(void *context), void *context, pthread_t *out);

/* On how many processors may the calling thread run? Thread: any. */
unsigned pc_thread_cores(void);

/*
 * The calling thread leaves processors to others that want them: its work can
 * wait, and theirs is short. Where the system knows no such thread it
 * stays as it is.
 */
void pc_thread_give_way(void);

#endif
