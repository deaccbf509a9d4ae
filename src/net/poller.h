/*
 * poller.h - which descriptors are ready: epoll on Linux, kqueue on macOS.
 *
 * Level-triggered: a watch that is told of and not served is told of again. A
 * descriptor is watched once, for as long as it lives, so that a request on a
 * kept connection costs no system call here. An error or a hang-up is told as
 * readable and writable, of which the watch hears what it waits for: what the
 * peer sent before it can be read all the same, and reading tells the rest.
 * Thread: the one that waits, but for pc_poller_wake.
 */
#ifndef PC_NET_POLLER_H
#define PC_NET_POLLER_H

#include <stdbool.h>

#include "base/status.h"

enum pc_readiness { PC_READABLE = 1, PC_WRITABLE = 2 };

struct pc_watch;

/* `ready`: enum pc_readiness bits, none that is not watched for. The watch may
   end in this call, and so may any other. */
typedef void pc_watch_ready_fn(struct pc_watch *watch, unsigned ready);

/* Lies in what is watched; zeroed but for these two before its first use. */
struct pc_watch {
  pc_watch_ready_fn *on_ready;
  int fd;
  unsigned events; /* watched for, enum pc_readiness bits; the poller's */
};

/* Somebody has called pc_poller_wake since the last time. */
typedef void pc_poller_woken_fn(void *context);

#define PC_POLLER_MOST_READY 256

struct pc_poller_ready {
  struct pc_watch *watch; /* NULL: it has ended meanwhile */
  unsigned ready;
};

struct pc_poller {
  int fd;               /* -1: not open */
  struct pc_watch wake; /* an eventfd; macOS has events without a descriptor */
  pc_poller_woken_fn *on_woken;
  void *context; /* kept; for on_woken */
  struct pc_poller_ready ready[PC_POLLER_MOST_READY];
  int ready_count; /* of those that are told of now */
};

/* PC_SYSTEM_ERROR: nothing is open, and errno says why. */
PC_MUST_CHECK enum pc_status pc_poller_init(struct pc_poller *poller,
                                            pc_poller_woken_fn *on_woken,
                                            void *context);

/* Ending one that is not open is fine. */
void pc_poller_deinit(struct pc_poller *poller);

/*
 * From now on `watch` hears of `events`, instead of what it did hear of before;
 * keeps it until it hears of none. A descriptor belongs to one watch at a time.
 * PC_SYSTEM_ERROR: nothing has changed. For no events it cannot fail.
 */
PC_MUST_CHECK enum pc_status pc_poller_watch(struct pc_poller *poller,
                                             struct pc_watch *watch,
                                             unsigned events);

/* The watch hears of nothing any more; to be told before its fd is closed. */
void pc_poller_unwatch(struct pc_poller *poller, struct pc_watch *watch);

/* Waits at most `timeout_ms`, -1 for ever, until something is ready. */
void pc_poller_wait(struct pc_poller *poller, int timeout_ms);

/* Tells what the wait has found. */
void pc_poller_tell(struct pc_poller *poller);

/* Ends the wait under way, or the next one. Thread: any. */
void pc_poller_wake(struct pc_poller *poller);

#endif
