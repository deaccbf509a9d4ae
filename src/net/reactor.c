#include "net/reactor.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"

enum {
  /* More than there can be: libcurl closes connections above this number, busy
     ones counted, or above four times the transfers under way by default. */
  MOST_CONNECTIONS = 1 << 20,
  /* Rounds of one turn before sockets are looked at again. */
  ROUNDS_PER_TURN = 4
};

static pthread_once_t prepare_once = PTHREAD_ONCE_INIT;
static CURLcode prepare_result;

static void prepare(void)
{
  prepare_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

enum pc_status pc_reactor_prepare(void)
{
  if (pthread_once(&prepare_once, prepare) != 0)
    return PC_SYSTEM_ERROR;
  return prepare_result == CURLE_OK ? PC_OK : PC_SYSTEM_ERROR;
}

/*
 * What libcurl answers says nothing of a single transfer: one that it has lost
 * for want of memory ends by its own alarm, as exchange.c sets one for each.
 */
static void run_curl(struct pc_reactor *reactor, curl_socket_t fd, int bits)
{
  int running = 0;

  (void)curl_multi_socket_action(reactor->multi, fd, bits, &running);
}

static void report_finished(struct pc_reactor *reactor)
{
  CURLMsg *message = NULL;
  int left = 0;

  while ((message = curl_multi_info_read(reactor->multi, &left)) != NULL) {
    CURLcode result = message->data.result;
    struct pc_reactor_client *client = NULL;

    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &client);
    client->on_done(client, result);
  }
}

static bool run_due_curl(struct pc_reactor *reactor, uint64_t now_ns)
{
  if (reactor->curl_due_ns > now_ns)
    return false;
  reactor->curl_due_ns = UINT64_MAX;
  run_curl(reactor, CURL_SOCKET_TIMEOUT, 0);
  return true;
}

/*
 * Whatever libcurl was run for, its finished transfers are reported before the
 * loop waits: nothing else would wake it for them. What it wants to be called
 * for at once is due at 0.
 */
static void end_turn(struct pc_reactor *reactor)
{
  int round = 0;

  do {
    report_finished(reactor);
    reactor->events->on_turn(reactor->context);
  } while (round++ < ROUNDS_PER_TURN && run_due_curl(reactor, 0));
}

static int on_timeout_change(CURLM *multi, long timeout_ms, void *context)
{
  struct pc_reactor *reactor = context;

  (void)multi;
  if (timeout_ms < 0)
    reactor->curl_due_ns = UINT64_MAX;
  else if (timeout_ms == 0)
    reactor->curl_due_ns = 0;
  else
    reactor->curl_due_ns =
        pc_clock_monotonic_ns() + (uint64_t)timeout_ms * PC_NS_PER_MS;
  return 0;
}

static void on_socket_ready(void *context, curl_socket_t fd, int bits)
{
  run_curl(context, fd, bits);
}

/* Never an error to libcurl: it would fail every later transfer for one. */
static int
on_interest(CURL *easy, curl_socket_t fd, int what, void *context, void *unused)
{
  struct pc_reactor *reactor = context;
  enum pc_status status = pc_sockets_on_interest(&reactor->sockets, fd, what);
  struct pc_reactor_client *client = NULL;

  (void)unused;
  if (status == PC_OK)
    return 0;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &client);
  if (client)
    client->on_unwatched(client, status);
  return 0;
}

/* Newer ones open a descriptor of their own. */
static enum pc_status make_multi(struct pc_reactor *reactor)
{
  CURLM *multi = NULL;

  errno = 0;
  multi = curl_multi_init();
  if (!multi)
    return errno == EMFILE || errno == ENFILE ? PC_SYSTEM_ERROR : PC_NO_MEMORY;
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_interest);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, reactor);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout_change);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, reactor);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)MOST_CONNECTIONS);
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
  reactor->multi = multi;
  return PC_OK;
}

static enum pc_status make_share(struct pc_reactor *reactor)
{
  reactor->share = curl_share_init();
  if (!reactor->share)
    return PC_NO_MEMORY;
  curl_share_setopt(reactor->share, CURLSHOPT_SHARE,
                    CURL_LOCK_DATA_SSL_SESSION);
  return PC_OK;
}

static void on_poller_woken(void *context)
{
  struct pc_reactor *reactor = context;

  reactor->events->on_woken(reactor->context);
}

enum pc_status pc_reactor_init(struct pc_reactor *reactor,
                               const struct pc_reactor_events *events,
                               void *context)
{
  enum pc_status status = PC_OK;
  int reason = 0;

  *reactor = (struct pc_reactor){.now_ns = pc_clock_monotonic_ns(),
                                 .curl_due_ns = UINT64_MAX,
                                 .events = events,
                                 .context = context};
  pc_timers_init(&reactor->timers);
  pc_backlog_init(&reactor->backlog);
  pc_sockets_init(&reactor->sockets, &reactor->poller, on_socket_ready,
                  reactor);
  status = pc_poller_init(&reactor->poller, on_poller_woken, reactor);
  if (status == PC_OK)
    status = make_share(reactor);
  if (status == PC_OK)
    status = make_multi(reactor);
  reason = errno;
  if (status != PC_OK)
    pc_reactor_deinit(reactor);
  errno = reason;
  return status;
}

void pc_reactor_deinit(struct pc_reactor *reactor)
{
  curl_multi_cleanup(reactor->multi);
  reactor->multi = NULL;
  curl_share_cleanup(reactor->share);
  reactor->share = NULL;
  pc_sockets_deinit(&reactor->sockets);
  pc_timers_deinit(&reactor->timers);
  pc_poller_deinit(&reactor->poller);
}

/* Until something is due: in whole milliseconds, and never too few. */
static int timeout_ms(const struct pc_reactor *reactor)
{
  uint64_t due_ns = pc_timers_due_ns(&reactor->timers);
  uint64_t now_ns = 0;
  uint64_t left_ms = 0;

  if (reactor->curl_due_ns < due_ns)
    due_ns = reactor->curl_due_ns;
  if (reactor->is_hurried || due_ns == 0 ||
      !pc_backlog_is_empty(&reactor->backlog))
    return 0;
  if (due_ns == UINT64_MAX)
    return -1;
  now_ns = pc_clock_monotonic_ns();
  if (due_ns <= now_ns)
    return 0;
  left_ms = (due_ns - now_ns + PC_NS_PER_MS - 1) / PC_NS_PER_MS;
  return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

void pc_reactor_run(struct pc_reactor *reactor)
{
  while (!reactor->is_ended) {
    int wait_ms = 0;

    end_turn(reactor);
    wait_ms = timeout_ms(reactor);
    reactor->is_hurried = false;
    pc_poller_wait(&reactor->poller, wait_ms);
    reactor->now_ns = pc_clock_monotonic_ns();
    pc_poller_tell(&reactor->poller);
    pc_backlog_serve(&reactor->backlog);
    report_finished(reactor);
    pc_timers_ring(&reactor->timers, reactor->now_ns);
    run_due_curl(reactor, reactor->now_ns);
  }
}

void pc_reactor_end(struct pc_reactor *reactor)
{
  reactor->is_ended = true;
}

void pc_reactor_hurry(struct pc_reactor *reactor)
{
  reactor->is_hurried = true;
}

void pc_reactor_wake(struct pc_reactor *reactor)
{
  pc_poller_wake(&reactor->poller);
}

enum pc_status pc_reactor_attach(struct pc_reactor *reactor, CURL *easy)
{
  CURLMcode code = curl_multi_add_handle(reactor->multi, easy);

  return code == CURLM_OK ? PC_OK : PC_NO_MEMORY;
}

void pc_reactor_detach(struct pc_reactor *reactor, CURL *easy)
{
  curl_multi_remove_handle(reactor->multi, easy);
}
