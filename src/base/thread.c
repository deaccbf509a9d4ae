#include "base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#ifdef __linux__
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#endif

static void choose_blocked(sigset_t *signals)
{
  static const int passed[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                               SIGABRT, SIGTRAP, SIGSYS, SIGPROF};

  sigfillset(signals);
  for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
    sigdelset(signals, passed[i]);
}

enum pc_status
pc_thread_start(void *(*run)(void *context), void *context, pthread_t *out)
{
  sigset_t blocked;
  sigset_t before;
  int failure = 0;

  choose_blocked(&blocked);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  failure = pthread_create(out, NULL, run, context);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = failure;
  return failure ? PC_SYSTEM_ERROR : PC_OK;
}

unsigned pc_thread_cores(void)
{
#ifdef CPU_COUNT
  cpu_set_t allowed;

  if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0)
    return (unsigned)CPU_COUNT(&allowed);
#endif
  return (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
}

#ifdef __linux__

/* The kernel's struct sched_attr, for which C libraries have no name. */
struct attributes {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t niceness;
  uint32_t priority;
  uint64_t slice_ns; /* heeded from Linux 6.12 on */
  uint64_t deadline_ns;
  uint64_t period_ns;
};

/*
 * Whoever becomes ready takes the processor at once from a thread whose slice
 * is longer than its own. Its share stays what it was: on a busy machine,
 * decoding must not come last.
 */
void pc_thread_give_way(void)
{
  const struct attributes attributes = {.size = sizeof(attributes),
                                        .policy = SCHED_BATCH,
                                        .niceness =
                                            getpriority(PRIO_PROCESS, 0),
                                        .slice_ns = 100 * 1000 * 1000};

  (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

#else

void pc_thread_give_way(void)
{
}

#endif
