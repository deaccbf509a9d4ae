/*
 * reactor.h - the loop on which exchanges and alarms run: it drives libcurl.
 *
 * Sockets and timeouts call curl_multi_socket_action for the one transfer they
 * concern; nothing ever walks over all of them. Behind the sockets that are
 * ready comes a turn's worth of the backlog. When alarms have been served, too,
 * and before the loop waits again, the turn ends: finished transfers are told,
 * on_turn may start new ones, and those leave at once.
 * Thread: engine, but for pc_reactor_wake.
 */
#ifndef PC_NET_REACTOR_H
#define PC_NET_REACTOR_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "net/backlog.h"
#include "net/poller.h"
#include "net/sockets.h"
#include "net/timers.h"

/* Whoever has attached a transfer: its CURLOPT_PRIVATE points to one. */
struct pc_reactor_client {
  void (*on_done)(struct pc_reactor_client *client, CURLcode result);
  /* Its socket cannot be watched: it would wait for ever. It must not be
     detached in this call. */
  void (*on_unwatched)(struct pc_reactor_client *client, enum pc_status status);
};

struct pc_reactor_events {
  /* A turn ends. */
  void (*on_turn)(void *context);
  /* Somebody has called pc_reactor_wake. */
  void (*on_woken)(void *context);
};

struct pc_reactor {
  struct pc_poller poller;
  struct pc_timers timers;
  struct pc_backlog backlog;
  struct pc_sockets sockets;
  CURLM *multi;         /* NULL: not open */
  CURLSH *share;        /* TLS sessions of all easy handles */
  uint64_t now_ns;      /* monotonic; when this turn began */
  uint64_t curl_due_ns; /* libcurl's next timeout, UINT64_MAX for none */
  bool is_hurried;      /* the next turn follows without a wait */
  bool is_ended;
  const struct pc_reactor_events *events; /* kept */
  void *context;                          /* kept; for events */
};

/* Sets up libcurl for the process, once. Thread: any. */
PC_MUST_CHECK enum pc_status pc_reactor_prepare(void);

/* PC_NO_MEMORY, PC_SYSTEM_ERROR, of which errno says why: nothing is open.
   Thread: any, as long as nobody else uses it. */
PC_MUST_CHECK enum pc_status
pc_reactor_init(struct pc_reactor *reactor,
                const struct pc_reactor_events *events,
                void *context);

/* Closes all connections. No transfer may be attached any more. */
void pc_reactor_deinit(struct pc_reactor *reactor);

/* Runs until pc_reactor_end is called, and then the turn to its end. */
void pc_reactor_run(struct pc_reactor *reactor);

void pc_reactor_end(struct pc_reactor *reactor);

/* There is more to do as soon as sockets have been looked at. */
void pc_reactor_hurry(struct pc_reactor *reactor);

/* Has on_woken called in the next turn, which begins at once. Thread: any. */
void pc_reactor_wake(struct pc_reactor *reactor);

/* Begins a transfer; it leaves at the end of this turn. */
PC_MUST_CHECK enum pc_status pc_reactor_attach(struct pc_reactor *reactor,
                                               CURL *easy);

/* Takes a transfer out, aborting it when it is under way. */
void pc_reactor_detach(struct pc_reactor *reactor, CURL *easy);

#endif
