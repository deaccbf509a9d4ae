#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <stdint.h>
#include <sys/mman.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/thread.h"

enum { HUGE_PAGE = 2 * 1024 * 1024, LARGE_SIZE = 256 * 1024 };

static atomic_flag is_due = ATOMIC_FLAG_INIT;

/* Of whole huge pages only: the rest of the first and last are somebody's. */
void pc_memory_expect_writes(void *data, size_t size)
{
#ifdef MADV_HUGEPAGE
  size_t before = -(uintptr_t)data & (HUGE_PAGE - 1);

  if (size >= before + HUGE_PAGE)
    (void)madvise((char *)data + before, (size - before) & -(size_t)HUGE_PAGE,
                  MADV_HUGEPAGE);
#else
  (void)data;
  (void)size;
#endif
}

void pc_memory_give_back(void)
{
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

void pc_memory_keep_little(void)
{
#ifdef __GLIBC__
  /* Either would grow by itself with what is freed, unless it is set. */
  mallopt(M_MMAP_THRESHOLD, LARGE_SIZE);
  mallopt(M_TRIM_THRESHOLD, 4 * LARGE_SIZE);
#endif
}

/* What is freed from here on is the matter of the next such thread. */
static void *run(void *context)
{
  atomic_flag_clear(&is_due);
  pc_memory_give_back();
  return context;
}

void pc_memory_give_back_soon(void)
{
  pthread_t thread;

  if (atomic_flag_test_and_set(&is_due))
    return;
  if (pc_thread_start(run, NULL, &thread) == PC_OK)
    pthread_detach(thread);
  else
    atomic_flag_clear(&is_due);
}
