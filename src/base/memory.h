/*
 * memory.h - giving freed memory back to the system.
 *
 * glibc keeps what a thread has freed in that thread's arena. Programs that
 * make and drop many clients would go from arena to arena and grow for minutes.
 * Thread: any.
 */
#ifndef PC_BASE_MEMORY_H
#define PC_BASE_MEMORY_H

/* Takes milliseconds, tens of them where the heap is in many pieces. */
void pc_memory_give_back(void);

/* The same by a thread of its own, for those who cannot wait. */
void pc_memory_give_back_soon(void);

#endif
