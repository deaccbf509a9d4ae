#include "base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

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
