/*
 * memory.h - what malloc does not say to the system.
 *
 * glibc keeps what a thread has freed in that thread's arena. Programs that
 * make and drop many clients would go from arena to arena and grow for minutes.
 * Thread: any.
 */
#ifndef PC_BASE_MEMORY_H
#define PC_BASE_MEMORY_H

#include <stddef.h>

/*
 * Says that nearly all of a large block, fresh from malloc, will be written:
 * the system may then map it by the 2 MiB and not by the 4 KiB. Nothing is
 * touched.
 */
void pc_memory_expect_writes(void *data, size_t size);

/* Takes milliseconds, tens of them where the heap is in many pieces. */
void pc_memory_give_back(void);

/*
 * From here on, what is freed of 256 KiB and more goes back at once, and the
 * next time is mapped anew, page by page. For programs whose memory must stay
 * within a bound rather than be at hand; only where glibc allocates.
 */
void pc_memory_keep_little(void);

/* As pc_memory_give_back, by a thread of its own: for those who cannot wait. */
void pc_memory_give_back_soon(void);

#endif
