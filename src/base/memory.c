#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/thread.h"

static atomic_flag is_due = ATOMIC_FLAG_INIT;

void pc_memory_give_back(void)
{
#ifdef __GLIBC__
  malloc_trim(0);
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
