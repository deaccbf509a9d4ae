#include "net/lane.h"

#include <stdio.h>

enum {
  /* What one lane may receive, or send, before others are looked at. */
  SHARE_SIZE = 4 * PC_POOL_ROOM_SIZE,
  /* What is received of an answer as soon as it comes; what is longer queues
     up for its shares. */
  SHORT_SIZE = PC_POOL_ROOM_SIZE,
  /* What is compressed may grow a thousand times: so much of it is received at
     once, so much at first, when nobody knows yet whether it is, and each byte
     that it unfolds into counts. */
  CODED_SIZE = 2 * 1024,
  FIRST_SIZE = 16 * 1024,
  /* Statuses from here on end the sending of a body. */
  LOWEST_REFUSAL = 300
};

static pc_backlog_go_on_fn go_on;

void pc_lane_init(struct pc_lane *lane,
                  struct pc_pool *pool,
                  struct pc_hop *hop)
{
  *lane = (struct pc_lane){.pool = pool, .hop = hop, .more = {.go_on = go_on}};
  pc_departure_init(&lane->departure);
}

/* Nothing is under way any more. */
static void clear(struct pc_lane *lane)
{
  if (lane->place)
    lane->hop->sent = pc_departure_body_sent(&lane->departure);
  pc_arrival_end(&lane->arrival);
  pc_backlog_remove(&lane->more);
  pc_place_release(lane->place);
  lane->place = NULL;
  lane->connection = NULL;
  pc_departure_trim(&lane->departure);
}

void pc_lane_abort(struct pc_lane *lane)
{
  if (lane->opener) {
    pc_pool_keep_opener(lane->pool, lane->opener);
    lane->opener = NULL;
  }
  if (lane->connection)
    pc_pool_close(lane->pool, lane->connection);
  clear(lane);
}

void pc_lane_deinit(struct pc_lane *lane)
{
  pc_lane_abort(lane);
  pc_departure_deinit(&lane->departure);
}

/* The connection is closed, whatever may still come. */
static void fail(struct pc_lane *lane, enum pc_status status)
{
  struct pc_hop *hop = lane->hop;

  pc_lane_abort(lane);
  hop->events->on_ended(hop, status);
}

/* A request that dies on a kept connection before any answer has met its
   closing, which says nothing about the request. */
static void lose(struct pc_lane *lane)
{
  struct pc_hop *hop = lane->hop;
  enum pc_status status = pc_arrival_close(&lane->arrival, false);

  pc_connection_words(lane->connection, lane->is_broken ? "Send" : "Recv",
                      hop->error_text);
  hop->is_stale =
      lane->connection->is_used && !lane->arrival.response.has_begun;
  fail(lane, status);
}

/* May the connection carry another request? */
static bool may_keep(struct pc_lane *lane)
{
  return lane->arrival.may_be_kept && !lane->is_sending && !lane->is_cut &&
         (lane->place->is_plain ||
          !pc_connection_has_unasked(lane->connection));
}

static void finish(struct pc_lane *lane)
{
  struct pc_hop *hop = lane->hop;

  if (may_keep(lane)) {
    pc_place_keep(lane->place, lane->connection);
    clear(lane);
  } else {
    pc_lane_abort(lane);
  }
  hop->events->on_ended(hop, PC_OK);
}

/* The peer sends no more. Sending may have failed for the same reason. */
static void close_answer(struct pc_lane *lane)
{
  enum pc_status status = PC_OK;

  if (lane->is_broken) {
    lose(lane);
    return;
  }
  lane->hop->is_stale =
      lane->connection->is_used && !lane->arrival.response.has_begun;
  status = pc_arrival_close(&lane->arrival, true);
  if (status == PC_OK)
    finish(lane);
  else
    fail(lane, status);
}

/* What is refused while it leaves need not leave any further. */
static enum pc_status stop_sending(struct pc_lane *lane)
{
  lane->is_sending = false;
  lane->is_cut = true;
  return pc_connection_await_room(lane->connection, false);
}

/* Reads what was received. False: the hop has ended. */
static bool take(struct pc_lane *lane, struct pc_text data)
{
  enum pc_status status = pc_arrival_take(&lane->arrival, data);

  if (status == PC_OK && lane->is_sending &&
      lane->hop->http_status >= LOWEST_REFUSAL)
    status = stop_sending(lane);
  if (status != PC_OK)
    fail(lane, status);
  else if (lane->arrival.is_whole)
    finish(lane);
  else
    return true;
  return false;
}

static size_t size_to_ask(const struct pc_lane *lane)
{
  if (!lane->arrival.has_head)
    return FIRST_SIZE;
  return lane->arrival.decoding ? CODED_SIZE : PC_POOL_ROOM_SIZE;
}

/* Receives once, *spent of a share. False: the hop has ended. */
static bool receive(struct pc_lane *lane, size_t *spent, bool *is_drained)
{
  struct pc_text data = {.data = lane->pool->room};
  size_t asked = size_to_ask(lane);
  uint64_t told = lane->arrival.told;

  switch (pc_connection_receive(lane->connection, lane->pool->room, asked,
                                &data.size)) {
  case PC_MOVED_NONE:
    *is_drained = true;
    return true;
  case PC_MOVED_END:
    close_answer(lane);
    return false;
  case PC_MOVED_BROKEN:
    lose(lane);
    return false;
  case PC_MOVED_SOME:
    break;
  }
  *spent += data.size;
  *is_drained = !lane->is_broken &&
                pc_connection_is_drained(lane->connection, data.size, asked);
  if (!take(lane, data))
    return false;
  if (lane->arrival.decoding)
    *spent += lane->arrival.told - told;
  return true;
}

/* It receives on in its turn, whatever the watch tells. */
static void queue_up(struct pc_lane *lane)
{
  pc_backlog_add(&lane->pool->reactor->backlog, &lane->more);
}

/*
 * Receives what has come, or a share of it, *spent. TLS may hold more that no
 * event tells of. Where sending has failed, what the peer said before counts,
 * and then the failure. False: the hop has ended.
 */
static bool receive_share(struct pc_lane *lane, size_t share, size_t *spent)
{
  bool is_drained = false;

  while (*spent < share && !is_drained)
    if (!receive(lane, spent, &is_drained))
      return false;
  if (!is_drained) {
    queue_up(lane);
  } else if (lane->is_broken) {
    lose(lane);
    return false;
  }
  return true;
}

static size_t go_on(struct pc_backlog_item *item)
{
  struct pc_lane *lane = PC_ITEM_OF(item, struct pc_lane, more);
  size_t spent = 0;

  (void)receive_share(lane, SHARE_SIZE, &spent);
  return spent;
}

/* What is long, and grows as it unfolds, comes behind what may be short. */
static bool has_to_queue(const struct pc_lane *lane)
{
  return pc_backlog_has(&lane->more) || lane->arrival.decoding ||
         lane->hop->received >= SHORT_SIZE;
}

/* False: the hop has ended. */
static bool receive_ready(struct pc_lane *lane)
{
  size_t spent = 0;

  if (!has_to_queue(lane))
    return receive_share(lane, SHORT_SIZE, &spent);
  queue_up(lane);
  return true;
}

static void give_up_sending(struct pc_lane *lane)
{
  lane->is_sending = false;
  lane->is_cut = true;
  lane->is_broken = true;
  queue_up(lane);
}

/* Never ends the hop, as it may just begin. */
static void send_on(struct pc_lane *lane)
{
  size_t share = 0;

  while (lane->is_sending && share < SHARE_SIZE) {
    struct pc_text first = pc_departure_first(&lane->departure);
    struct pc_text second = pc_departure_second(&lane->departure);
    size_t sent = 0;

    switch (pc_connection_send(lane->connection, first, second, &sent)) {
    case PC_MOVED_SOME:
      lane->is_sending = !pc_departure_count(&lane->departure, sent);
      share += sent;
      break;
    case PC_MOVED_NONE:
      share = SHARE_SIZE;
      break;
    case PC_MOVED_END:
    case PC_MOVED_BROKEN:
      give_up_sending(lane);
    }
  }
  if (pc_connection_await_room(lane->connection, lane->is_sending) != PC_OK)
    give_up_sending(lane);
}

static void on_ready(struct pc_watch *watch, unsigned ready)
{
  struct pc_connection *connection =
      PC_ITEM_OF(watch, struct pc_connection, watch);
  struct pc_lane *lane = connection->holder;

  if (ready & PC_READABLE && !receive_ready(lane))
    return;
  if (ready & PC_WRITABLE && lane->is_sending)
    send_on(lane);
}

static void leave_on(struct pc_lane *lane, struct pc_connection *connection)
{
  struct pc_hop *hop = lane->hop;

  connection->holder = lane;
  connection->watch.on_ready = on_ready;
  lane->connection = connection;
  hop->is_found = true;
  hop->is_connected = true;
  hop->events->on_connected(hop);
  send_on(lane);
}

static void on_found(void *owner)
{
  struct pc_lane *lane = owner;

  lane->hop->is_found = true;
  lane->hop->events->on_found(lane->hop);
}

static void on_lost(void *owner, enum pc_status status)
{
  struct pc_lane *lane = owner;

  lane->hop->events->on_lost(lane->hop, status);
}

static void on_opened(void *owner, enum pc_status status)
{
  struct pc_lane *lane = owner;
  struct pc_opener *opener = lane->opener;
  struct pc_connection *connection = NULL;

  if (status == PC_OK)
    status = pc_connection_create(opener, lane->place->is_plain, &connection);
  if (status != PC_OK) {
    lane->hop->is_nameless = opener->is_nameless;
    snprintf(lane->hop->error_text, sizeof(lane->hop->error_text), "%s",
             opener->error_text);
    fail(lane, status);
    return;
  }
  lane->opener = NULL;
  if (lane->place->is_plain)
    pc_pool_keep_opener(lane->pool, opener);
  leave_on(lane, connection);
}

static const struct pc_opener_events opener_events = {
    .on_found = on_found, .on_lost = on_lost, .on_opened = on_opened};

static enum pc_status open(struct pc_lane *lane)
{
  struct pc_hop *hop = lane->hop;

  lane->opener = pc_pool_opener(lane->pool);
  if (!lane->opener)
    return PC_NO_MEMORY;
  hop->opened = 1;
  return pc_opener_start(lane->opener, hop->url, hop->timeout_ms,
                         hop->order->is_address_doubted, &opener_events, lane);
}

/* All that the hop before has left, but for memory. */
static void reset(struct pc_lane *lane)
{
  lane->is_sending = true;
  lane->is_cut = false;
  lane->is_broken = false;
  pc_arrival_start(&lane->arrival, lane->hop);
}

static enum pc_status start(struct pc_lane *lane)
{
  struct pc_hop *hop = lane->hop;
  struct pc_connection *idle = NULL;

  lane->place = pc_pool_place(lane->pool, hop->url);
  if (!lane->place || pc_pool_make_room(lane->pool) != PC_OK)
    return PC_NO_MEMORY;
  reset(lane);
  if (!hop->is_on_new)
    idle = pc_place_take(lane->place);
  if (!idle)
    return open(lane);
  leave_on(lane, idle);
  return PC_OK;
}

enum pc_status pc_lane_start(struct pc_lane *lane)
{
  enum pc_status status = pc_departure_write(&lane->departure, lane->hop);

  if (status == PC_OK)
    status = start(lane);
  if (status != PC_OK)
    pc_lane_abort(lane);
  return status;
}
