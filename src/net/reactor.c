#include "net/reactor.h"

#include <pthread.h>
#include <stdlib.h>

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

static void report_finished(struct pc_reactor *reactor)
{
  CURLMsg *message = NULL;
  int left = 0;

  while ((message = curl_multi_info_read(reactor->multi, &left)) != NULL) {
    CURLcode result = message->data.result;
    void *transfer = NULL;

    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    reactor->on_done(transfer, result);
  }
}

static bool run_due_curl(struct pc_reactor *reactor)
{
  int running = 0;

  if (!reactor->is_curl_due)
    return false;
  reactor->is_curl_due = false;
  uv_timer_stop(&reactor->timer);
  curl_multi_socket_action(reactor->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  return true;
}

/*
 * Whatever libcurl was run for, its finished transfers are reported before the
 * loop waits: nothing else would wake it for them.
 */
static void end_turn(struct pc_reactor *reactor)
{
  int round = 0;

  do {
    report_finished(reactor);
    reactor->on_turn(reactor->context);
  } while (round++ < ROUNDS_PER_TURN && run_due_curl(reactor));
}

static void on_prepare(uv_prepare_t *prepare)
{
  end_turn(prepare->data);
}

static void on_timer(uv_timer_t *timer)
{
  struct pc_reactor *reactor = timer->data;

  reactor->is_curl_due = true;
  run_due_curl(reactor);
}

static int on_timeout_change(CURLM *multi, long timeout_ms, void *context)
{
  struct pc_reactor *reactor = context;

  (void)multi;
  reactor->is_curl_due = timeout_ms == 0;
  if (timeout_ms < 0)
    return uv_timer_stop(&reactor->timer);
  return uv_timer_start(&reactor->timer, on_timer, (uint64_t)timeout_ms, 0);
}

static void on_socket_ready(void *context, curl_socket_t fd, int bits)
{
  struct pc_reactor *reactor = context;
  int running = 0;

  curl_multi_socket_action(reactor->multi, fd, bits, &running);
}

static enum pc_status make_multi(struct pc_reactor *reactor)
{
  CURLM *multi = curl_multi_init();

  if (!multi)
    return PC_NO_MEMORY;
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, pc_sockets_on_interest);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, &reactor->sockets);
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

enum pc_status pc_reactor_init(struct pc_reactor *reactor,
                               uv_loop_t *loop,
                               pc_reactor_done_fn *on_done,
                               pc_reactor_turn_fn *on_turn,
                               void *context)
{
  enum pc_status status = PC_OK;

  *reactor = (struct pc_reactor){
      .loop = loop, .on_done = on_done, .on_turn = on_turn, .context = context};
  uv_timer_init(loop, &reactor->timer);
  reactor->timer.data = reactor;
  uv_prepare_init(loop, &reactor->prepare);
  reactor->prepare.data = reactor;
  uv_prepare_start(&reactor->prepare, on_prepare);
  pc_sockets_init(&reactor->sockets, loop, on_socket_ready, reactor);

  status = make_share(reactor);
  return status == PC_OK ? make_multi(reactor) : status;
}

void pc_reactor_close(struct pc_reactor *reactor)
{
  curl_multi_cleanup(reactor->multi);
  reactor->multi = NULL;
  pc_sockets_drop_all(&reactor->sockets);
  uv_close((uv_handle_t *)&reactor->timer, NULL);
  uv_close((uv_handle_t *)&reactor->prepare, NULL);
  for (struct pc_alarm *alarm = reactor->made_alarms; alarm;
       alarm = alarm->next_made)
    uv_close((uv_handle_t *)&alarm->timer, NULL);
}

void pc_reactor_deinit(struct pc_reactor *reactor)
{
  while (reactor->made_alarms) {
    struct pc_alarm *alarm = reactor->made_alarms;

    reactor->made_alarms = alarm->next_made;
    free(alarm);
  }
  pc_sockets_deinit(&reactor->sockets);
  curl_share_cleanup(reactor->share);
  reactor->share = NULL;
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

static void on_alarm_timer(uv_timer_t *timer)
{
  struct pc_alarm *alarm = timer->data;

  alarm->on_ring(alarm->context);
}

static struct pc_alarm *make_alarm(struct pc_reactor *reactor)
{
  struct pc_alarm *alarm = calloc(1, sizeof(*alarm));

  if (!alarm)
    return NULL;
  uv_timer_init(reactor->loop, &alarm->timer);
  alarm->timer.data = alarm;
  alarm->reactor = reactor;
  alarm->next_made = reactor->made_alarms;
  reactor->made_alarms = alarm;
  return alarm;
}

enum pc_status pc_alarm_start(struct pc_reactor *reactor,
                              uint64_t delay_ms,
                              pc_alarm_fn *on_ring,
                              void *context,
                              struct pc_alarm **out)
{
  struct pc_alarm *alarm = reactor->idle_alarms;

  *out = NULL;
  if (alarm)
    reactor->idle_alarms = alarm->next_idle;
  else
    alarm = make_alarm(reactor);
  if (!alarm)
    return PC_NO_MEMORY;

  alarm->on_ring = on_ring;
  alarm->context = context;
  /* libuv counts from when the turn began, in whole milliseconds cut down. */
  uv_update_time(reactor->loop);
  uv_timer_start(&alarm->timer, on_alarm_timer, delay_ms ? delay_ms + 1 : 0, 0);
  *out = alarm;
  return PC_OK;
}

void pc_alarm_end(struct pc_alarm **alarm)
{
  struct pc_alarm *ended = *alarm;

  if (!ended)
    return;
  uv_timer_stop(&ended->timer);
  ended->next_idle = ended->reactor->idle_alarms;
  ended->reactor->idle_alarms = ended;
  *alarm = NULL;
}
