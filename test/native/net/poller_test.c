#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/queue.h"
#include "net/poller.h"

enum { WAKES = 2000, PAIRS = 40 };

struct end {
  struct pc_watch watch;
  struct pc_poller *poller;
  int peer; /* the other end of its pair */
  unsigned calls;
  unsigned ready;   /* of the last call */
  struct end *ends; /* other ends to unwatch when called, NULL for none */
};

struct scene {
  struct pc_poller poller;
  unsigned wakes;
};

static void on_woken(void *context)
{
  struct scene *scene = context;

  scene->wakes++;
}

static void on_ready(struct pc_watch *watch, unsigned ready)
{
  struct end *end = PC_ITEM_OF(watch, struct end, watch);

  end->calls++;
  end->ready = ready;
  for (int i = 0; end->ends && i < PAIRS; i++)
    pc_poller_unwatch(end->poller, &end->ends[i].watch);
}

static void open_scene(struct scene *scene)
{
  *scene = (struct scene){.wakes = 0};
  if (pc_poller_init(&scene->poller, on_woken, scene) != PC_OK)
    abort();
}

static void open_end(struct end *end, struct scene *scene)
{
  int pair[2];

  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0)
    abort();
  *end = (struct end){.watch = {.on_ready = on_ready, .fd = pair[0]},
                      .poller = &scene->poller,
                      .peer = pair[1]};
}

static void close_end(struct end *end)
{
  pc_poller_unwatch(end->poller, &end->watch);
  close(end->watch.fd);
  close(end->peer);
}

static void watch(struct end *end, unsigned events)
{
  CHECK_NUMBER(pc_poller_watch(end->poller, &end->watch, events), PC_OK);
}

static void send_byte(struct end *end)
{
  CHECK_NUMBER(write(end->peer, "x", 1), 1);
}

static void what_is_ready_is_told_until_it_is_served(void)
{
  struct scene scene;
  struct end end;
  char byte = 0;

  open_scene(&scene);
  open_end(&end, &scene);
  watch(&end, PC_READABLE);
  pc_poller_wait(&scene.poller, 0);
  pc_poller_tell(&scene.poller);
  CHECK_NUMBER(end.calls, 0);
  send_byte(&end);
  pc_poller_wait(&scene.poller, -1);
  pc_poller_tell(&scene.poller);
  pc_poller_wait(&scene.poller, -1);
  pc_poller_tell(&scene.poller);
  CHECK_NUMBER(end.calls, 2);
  CHECK_NUMBER(end.ready, PC_READABLE);
  CHECK_NUMBER(read(end.watch.fd, &byte, 1), 1);
  pc_poller_wait(&scene.poller, 0);
  pc_poller_tell(&scene.poller);
  CHECK_NUMBER(end.calls, 2);
  close_end(&end);
  pc_poller_deinit(&scene.poller);
}

static void only_what_is_watched_for_is_told(void)
{
  struct scene scene;
  struct end end;

  open_scene(&scene);
  open_end(&end, &scene);
  send_byte(&end);
  watch(&end, PC_WRITABLE);
  pc_poller_wait(&scene.poller, -1);
  pc_poller_tell(&scene.poller);
  CHECK_NUMBER(end.ready, PC_WRITABLE);
  watch(&end, PC_READABLE | PC_WRITABLE);
  pc_poller_wait(&scene.poller, -1);
  pc_poller_tell(&scene.poller);
  CHECK(end.ready & PC_READABLE);
  watch(&end, 0);
  end.calls = 0;
  pc_poller_wait(&scene.poller, 0);
  pc_poller_tell(&scene.poller);
  CHECK_NUMBER(end.calls, 0);
  close_end(&end);
  pc_poller_deinit(&scene.poller);
}

/* What came before the peer left can be read, and reading tells the rest. */
static void a_peer_that_left_is_told_as_readable(void)
{
  struct scene scene;
  struct end end;

  open_scene(&scene);
  open_end(&end, &scene);
  watch(&end, PC_READABLE);
  close(end.peer);
  end.peer = dup(end.watch.fd);
  pc_poller_wait(&scene.poller, -1);
  pc_poller_tell(&scene.poller);
  CHECK_NUMBER(end.ready, PC_READABLE);
  close_end(&end);
  pc_poller_deinit(&scene.poller);
}

/* Of many that are ready at once, the first to hear ends all. */
static void a_watch_that_has_ended_hears_nothing(void)
{
  struct scene scene;
  struct end ends[PAIRS];
  unsigned calls = 0;

  open_scene(&scene);
  for (int i = 0; i < PAIRS; i++) {
    open_end(&ends[i], &scene);
    ends[i].ends = ends;
    watch(&ends[i], PC_READABLE);
    send_byte(&ends[i]);
  }
  pc_poller_wait(&scene.poller, -1);
  pc_poller_tell(&scene.poller);
  for (int i = 0; i < PAIRS; i++)
    calls += ends[i].calls;
  CHECK_NUMBER(calls, 1);
  for (int i = 0; i < PAIRS; i++)
    close_end(&ends[i]);
  pc_poller_deinit(&scene.poller);
}

static void a_descriptor_that_was_closed_can_be_forgotten(void)
{
  struct scene scene;
  struct end first;
  struct end second;

  open_scene(&scene);
  open_end(&first, &scene);
  watch(&first, PC_READABLE);
  close(first.watch.fd);
  close(first.peer);
  pc_poller_unwatch(&scene.poller, &first.watch);
  open_end(&second, &scene);
  watch(&second, PC_READABLE);
  send_byte(&second);
  pc_poller_wait(&scene.poller, -1);
  pc_poller_tell(&scene.poller);
  CHECK_NUMBER(first.calls, 0);
  CHECK_NUMBER(second.calls, 1);
  close_end(&second);
  pc_poller_deinit(&scene.poller);
}

static void what_cannot_be_watched_is_refused(void)
{
  struct scene scene;
  struct end end = {.watch = {.on_ready = on_ready}};

  open_scene(&scene);
  end.watch.fd = open("/dev/null", O_RDONLY);
  CHECK_NUMBER(pc_poller_watch(&scene.poller, &end.watch, PC_READABLE),
               PC_SYSTEM_ERROR);
  CHECK_NUMBER(end.watch.events, 0);
  close(end.watch.fd);
  pc_poller_deinit(&scene.poller);
}

struct waker {
  struct pc_poller *poller;
  atomic_uint sent;
  atomic_uint heard;
};

/* Wakes once more whenever the last time was heard. */
static void *wake_often(void *context)
{
  struct waker *waker = context;

  for (unsigned i = 0; i < WAKES; i++) {
    while (atomic_load(&waker->heard) < i)
      sched_yield();
    atomic_fetch_add(&waker->sent, 1);
    pc_poller_wake(waker->poller);
  }
  return NULL;
}

static void on_heard(void *context)
{
  struct waker *waker = context;

  atomic_store(&waker->heard, atomic_load(&waker->sent));
}

static void no_wake_up_is_lost(void)
{
  struct pc_poller poller;
  struct waker waker = {.poller = &poller};
  pthread_t thread;

  if (pc_poller_init(&poller, on_heard, &waker) != PC_OK)
    abort();
  CHECK_NUMBER(pthread_create(&thread, NULL, wake_often, &waker), 0);
  while (atomic_load(&waker.heard) < WAKES) {
    pc_poller_wait(&poller, -1);
    pc_poller_tell(&poller);
  }
  pthread_join(thread, NULL);
  pc_poller_deinit(&poller);
}

static void a_wake_up_before_the_wait_ends_it(void)
{
  struct scene scene;

  open_scene(&scene);
  pc_poller_wake(&scene.poller);
  pc_poller_wake(&scene.poller);
  pc_poller_wait(&scene.poller, -1);
  pc_poller_tell(&scene.poller);
  CHECK_NUMBER(scene.wakes, 1);
  pc_poller_wait(&scene.poller, 0);
  pc_poller_tell(&scene.poller);
  CHECK_NUMBER(scene.wakes, 1);
  pc_poller_deinit(&scene.poller);
}

/* With room for the first of its descriptors, and for none. */
static void without_descriptors_nothing_is_open(void)
{
  struct rlimit before;
  int lowest = dup(0);

  close(lowest);
  CHECK_NUMBER(getrlimit(RLIMIT_NOFILE, &before), 0);
  for (int spare = 0; spare < 2; spare++) {
    struct rlimit few = before;
    struct pc_poller poller;

    few.rlim_cur = (rlim_t)(lowest + spare);
    CHECK_NUMBER(setrlimit(RLIMIT_NOFILE, &few), 0);
    CHECK_NUMBER(pc_poller_init(&poller, on_woken, NULL), PC_SYSTEM_ERROR);
    CHECK_NUMBER(errno, EMFILE);
    CHECK_NUMBER(setrlimit(RLIMIT_NOFILE, &before), 0);
  }
  CHECK_NUMBER(dup(0), lowest);
  close(lowest);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(what_is_ready_is_told_until_it_is_served),
      TEST(only_what_is_watched_for_is_told),
      TEST(a_peer_that_left_is_told_as_readable),
      TEST(a_watch_that_has_ended_hears_nothing),
      TEST(a_descriptor_that_was_closed_can_be_forgotten),
      TEST(what_cannot_be_watched_is_refused),
      TEST(no_wake_up_is_lost),
      TEST(a_wake_up_before_the_wait_ends_it),
      TEST(without_descriptors_nothing_is_open),
  };
  return HARNESS_RUN(tests);
}
