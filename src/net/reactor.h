/*
 * reactor.h - the loop on which transfers and alarms run: libuv drives libcurl.
 *
 * Sockets and timers call curl_multi_socket_action for the one transfer they
 * concern; nothing ever walks over all of them. When sockets and timers have
 * been served and before the loop waits again, the turn ends: on_done hears of
 * finished transfers, on_turn may start new ones, and those leave at once.
 *
 * An alarm is a libuv timer from a free list: a uv_timer_t may only be freed
 * after a close callback, so it is reused instead and closed once, when the
 * loop ends. Thread: engine.
 */
#ifndef PC_NET_REACTOR_H
#define PC_NET_REACTOR_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/status.h"
#include "net/sockets.h"

/* `transfer` is what CURLOPT_PRIVATE of the finished handle points to. */
typedef void pc_reactor_done_fn(void *transfer, CURLcode result);
typedef void pc_reactor_turn_fn(void *context);

/* The holder must end the alarm (pc_alarm_end) before it rings again. */
typedef void pc_alarm_fn(void *context);

struct pc_reactor;

struct pc_alarm {
  uv_timer_t timer;
  pc_alarm_fn *on_ring;
  void *context; /* kept until pc_alarm_end */
  struct pc_alarm *next_idle;
  struct pc_alarm *next_made;
  struct pc_reactor *reactor;
};

struct pc_reactor {
  uv_loop_t *loop; /* kept */
  CURLM *multi;
  CURLSH *share;        /* TLS sessions of all easy handles */
  uv_timer_t timer;     /* libcurl's next timeout */
  uv_prepare_t prepare; /* ends the turn: runs before each wait */
  bool is_curl_due;     /* libcurl asked to be called at once */
  struct pc_sockets sockets;
  struct pc_alarm *idle_alarms; /* free list, by next_idle */
  struct pc_alarm *made_alarms; /* all, by next_made */
  pc_reactor_done_fn *on_done;
  pc_reactor_turn_fn *on_turn;
  void *context; /* kept; for on_turn */
};

/* Sets up libcurl for the process, once. Thread: any. */
PC_MUST_CHECK enum pc_status pc_reactor_prepare(void);

/* Failing leaves handles in the loop: pc_reactor_close ends them, too. */
PC_MUST_CHECK enum pc_status pc_reactor_init(struct pc_reactor *reactor,
                                             uv_loop_t *loop,
                                             pc_reactor_done_fn *on_done,
                                             pc_reactor_turn_fn *on_turn,
                                             void *context);

/*
 * Closes all connections and handles. No transfer may be attached any more. The
 * loop must run until it is empty before pc_reactor_deinit.
 */
void pc_reactor_close(struct pc_reactor *reactor);

void pc_reactor_deinit(struct pc_reactor *reactor);

/* Begins a transfer; it leaves at the end of this turn. */
PC_MUST_CHECK enum pc_status pc_reactor_attach(struct pc_reactor *reactor,
                                               CURL *easy);

/* Takes a transfer out, aborting it when it is under way. */
void pc_reactor_detach(struct pc_reactor *reactor, CURL *easy);

/* Rings once, `delay_ms` from now or later. Gives the alarm in *out. */
PC_MUST_CHECK enum pc_status pc_alarm_start(struct pc_reactor *reactor,
                                            uint64_t delay_ms,
                                            pc_alarm_fn *on_ring,
                                            void *context,
                                            struct pc_alarm **out);

/* Ends *alarm, rung or not, and sets it to NULL. NULL is allowed. */
void pc_alarm_end(struct pc_alarm **alarm);

#endif
