#include "net/poller.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#ifdef __APPLE__
#include <sys/event.h>
#include <time.h>
#else
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif

static void on_wake_ready(struct pc_watch *wake, unsigned ready)
{
  struct pc_poller *poller =
      (struct pc_poller *)(void *)((char *)wake -
                                   offsetof(struct pc_poller, wake));

  (void)ready;
  poller->on_woken(poller->context);
}

#ifdef __APPLE__

enum { NS_PER_MS = 1000000, MS_PER_S = 1000 };

static bool open_system(struct pc_poller *poller)
{
  struct kevent wake;

  poller->fd = kqueue();
  if (poller->fd < 0)
    return false;
  fcntl(poller->fd, F_SETFD, FD_CLOEXEC);
  EV_SET(&wake, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, &poller->wake);
  return kevent(poller->fd, &wake, 1, NULL, 0, NULL) == 0;
}

static bool set_filter(struct pc_poller *poller,
                       struct pc_watch *watch,
                       int16_t filter,
                       bool is_on)
{
  struct kevent change;

  EV_SET(&change, (uintptr_t)watch->fd, filter, is_on ? EV_ADD : EV_DELETE, 0,
         0, watch);
  return kevent(poller->fd, &change, 1, NULL, 0, NULL) == 0;
}

static bool
set_events(struct pc_poller *poller, struct pc_watch *watch, unsigned events)
{
  unsigned changed = watch->events ^ events;

  if (changed & PC_READABLE &&
      !set_filter(poller, watch, EVFILT_READ, events & PC_READABLE) &&
      events & PC_READABLE)
    return false;
  return !(changed & PC_WRITABLE) ||
         set_filter(poller, watch, EVFILT_WRITE, events & PC_WRITABLE) ||
         !(events & PC_WRITABLE);
}

static void collect(struct pc_poller *poller, int timeout_ms)
{
  struct kevent found[PC_POLLER_MOST_READY];
  struct timespec limit = {.tv_sec = timeout_ms / MS_PER_S,
                           .tv_nsec = timeout_ms % MS_PER_S * (long)NS_PER_MS};
  int count = kevent(poller->fd, NULL, 0, found, PC_POLLER_MOST_READY,
                     timeout_ms < 0 ? NULL : &limit);

  poller->ready_count = count > 0 ? count : 0;
  for (int i = 0; i < poller->ready_count; i++)
    poller->ready[i] = (struct pc_poller_ready){
        .watch = found[i].udata,
        .ready = found[i].filter == EVFILT_WRITE ? PC_WRITABLE : PC_READABLE};
}

void pc_poller_wake(struct pc_poller *poller)
{
  struct kevent wake;

  EV_SET(&wake, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, &poller->wake);
  (void)kevent(poller->fd, &wake, 1, NULL, 0, NULL);
}

#else

static bool control(struct pc_poller *poller,
                    struct pc_watch *watch,
                    int operation,
                    uint32_t events)
{
  struct epoll_event event = {.events = events, .data.ptr = watch};

  return epoll_ctl(poller->fd, operation, watch->fd, &event) == 0;
}

/* Edge-triggered, every write to it is an event and nobody has to read. */
static bool open_system(struct pc_poller *poller)
{
  poller->fd = epoll_create1(EPOLL_CLOEXEC);
  if (poller->fd < 0)
    return false;
  poller->wake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return poller->wake.fd >= 0 &&
         control(poller, &poller->wake, EPOLL_CTL_ADD, EPOLLIN | EPOLLET);
}

static bool
set_events(struct pc_poller *poller, struct pc_watch *watch, unsigned events)
{
  uint32_t bits = (events & PC_READABLE ? (uint32_t)EPOLLIN : 0) |
                  (events & PC_WRITABLE ? (uint32_t)EPOLLOUT : 0);

  /* Failing to end means that the descriptor was closed: it is as if ended. */
  if (!events) {
    (void)control(poller, watch, EPOLL_CTL_DEL, 0);
    return true;
  }
  if (!watch->events)
    return control(poller, watch, EPOLL_CTL_ADD, bits);
  return control(poller, watch, EPOLL_CTL_MOD, bits);
}

static unsigned readiness_of(uint32_t bits)
{
  if (bits & (EPOLLERR | EPOLLHUP))
    return PC_READABLE | PC_WRITABLE;
  return (bits & EPOLLIN ? (unsigned)PC_READABLE : 0) |
         (bits & EPOLLOUT ? (unsigned)PC_WRITABLE : 0);
}

static void collect(struct pc_poller *poller, int timeout_ms)
{
  struct epoll_event found[PC_POLLER_MOST_READY];
  int count = epoll_wait(poller->fd, found, PC_POLLER_MOST_READY, timeout_ms);

  poller->ready_count = count > 0 ? count : 0;
  for (int i = 0; i < poller->ready_count; i++)
    poller->ready[i] = (struct pc_poller_ready){
        .watch = found[i].data.ptr, .ready = readiness_of(found[i].events)};
}

/* It cannot fail: no reader, no signal, and 64 bits to count in. */
void pc_poller_wake(struct pc_poller *poller)
{
  (void)eventfd_write(poller->wake.fd, 1);
}

#endif

enum pc_status pc_poller_init(struct pc_poller *poller,
                              pc_poller_woken_fn *on_woken,
                              void *context)
{
  int reason = 0;

  *poller = (struct pc_poller){
      .fd = -1,
      .wake = {.on_ready = on_wake_ready, .fd = -1, .events = PC_READABLE},
      .on_woken = on_woken,
      .context = context};
  if (open_system(poller))
    return PC_OK;
  reason = errno;
  pc_poller_deinit(poller);
  errno = reason;
  return PC_SYSTEM_ERROR;
}

void pc_poller_deinit(struct pc_poller *poller)
{
  if (poller->wake.fd >= 0)
    close(poller->wake.fd);
  if (poller->fd >= 0)
    close(poller->fd);
  poller->wake.fd = -1;
  poller->fd = -1;
}

/* Of what was ready in the same moment, it must not hear any more. */
static void forget(struct pc_poller *poller, const struct pc_watch *watch)
{
  for (int i = 0; i < poller->ready_count; i++)
    if (poller->ready[i].watch == watch)
      poller->ready[i].watch = NULL;
}

enum pc_status pc_poller_watch(struct pc_poller *poller,
                               struct pc_watch *watch,
                               unsigned events)
{
  if (watch->events == events)
    return PC_OK;
  if (!set_events(poller, watch, events))
    return PC_SYSTEM_ERROR;
  watch->events = events;
  if (!events)
    forget(poller, watch);
  return PC_OK;
}

void pc_poller_unwatch(struct pc_poller *poller, struct pc_watch *watch)
{
  if (!watch->events)
    return;
  (void)set_events(poller, watch, 0);
  watch->events = 0;
  forget(poller, watch);
}

void pc_poller_wait(struct pc_poller *poller, int timeout_ms)
{
  collect(poller, timeout_ms);
}

void pc_poller_tell(struct pc_poller *poller)
{
  for (int i = 0; i < poller->ready_count; i++) {
    struct pc_watch *watch = poller->ready[i].watch;
    unsigned ready = watch ? poller->ready[i].ready & watch->events : 0;

    if (ready)
      watch->on_ready(watch, ready);
  }
  poller->ready_count = 0;
}
