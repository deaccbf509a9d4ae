/*
 * memory.h - giving freed memory back to the system.
 *
 * glibc keeps what a thread has freed in that thread's arena. Programs that
 * make and drop many clients would go from arena to arena and grow for minutes.
 * Thread: any.
 */
#ifndef PC_BASE_MEMORY_H
#define PC_BASE_MEMORY_H

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

static inline void pc_memory_give_back(void)
{
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

#endif
