#include "harness.h"

#include <stdlib.h>

#include "policy/retry.h"
#include "policy/throttle.h"

/*
 * Simulated servers, which take so many requests at once or in a second and
 * refuse the others, and clients that share them, each with a throttle. Time
 * passes from event to event.
 */
enum {
  MOST_CLIENTS = 10,
  WINDOW = 128,
  BURST = 20,
  MOST_ATTEMPTS = 5,
  MOST_EVENTS = MOST_CLIENTS * 60000
};

static const uint64_t NS_PER_MS = 1000000;
static const uint64_t NS_PER_S = 1000000000;

struct server {
  uint32_t most;      /* at once, 0 for any number */
  double per_s;       /* 0 for any number */
  uint64_t answer_ns; /* until an answer */
  uint32_t busy;
  struct pc_token_bucket bucket;
};

enum kind { WAITED, ANSWERED, REFUSED };

struct event {
  uint64_t at_ns;
  uint64_t sent_ns;
  uint32_t client;
  uint32_t attempt;
  enum kind kind;
};

struct client {
  struct pc_throttle throttle;
  uint32_t fresh;                /* never sent yet */
  uint32_t again[MOST_ATTEMPTS]; /* to be sent once more, by the number of
                                    attempts */
  uint32_t in_flight;
  uint32_t answered;
  uint32_t refused;
  uint32_t at_first_end;
  uint64_t ended_ns;
};

struct run {
  struct server server;
  struct client clients[MOST_CLIENTS];
  uint32_t client_count;
  struct event *events; /* a heap, the earliest first */
  uint32_t event_count;
  uint64_t now_ns;
  uint64_t random;
  uint32_t batches;
  bool has_end;
};

static void swap(struct event *a, struct event *b)
{
  struct event kept = *a;

  *a = *b;
  *b = kept;
}

static void push(struct run *run, struct event event)
{
  uint32_t i = run->event_count++;

  run->events[i] = event;
  for (; i && run->events[i].at_ns < run->events[(i - 1) / 2].at_ns;
       i = (i - 1) / 2)
    swap(&run->events[i], &run->events[(i - 1) / 2]);
}

static struct event pop(struct run *run)
{
  struct event first = run->events[0];
  uint32_t i = 0;
  uint32_t least = 0;

  run->events[0] = run->events[--run->event_count];
  do {
    i = least;
    for (uint32_t child = 2 * i + 1; child <= 2 * i + 2; child++)
      if (child < run->event_count &&
          run->events[child].at_ns < run->events[least].at_ns)
        least = child;
    swap(&run->events[i], &run->events[least]);
  } while (least != i);
  return first;
}

/* Up to a tenth more, so that clients do not march in step. */
static uint64_t about(struct run *run, uint64_t ns)
{
  return ns + (uint64_t)((double)ns * pc_retry_jitter(&run->random) / 10);
}

static bool takes(struct run *run)
{
  struct server *server = &run->server;

  if (server->most && server->busy >= server->most)
    return false;
  if (pc_token_bucket_wait_ns(&server->bucket, run->now_ns))
    return false;
  pc_token_bucket_spend(&server->bucket, 1, run->now_ns);
  server->busy++;
  return true;
}

static void send_one(struct run *run, uint32_t number, uint32_t attempt)
{
  struct client *client = &run->clients[number];
  struct event event = {
      .sent_ns = run->now_ns, .client = number, .attempt = attempt + 1};

  client->in_flight++;
  pc_throttle_send(&client->throttle, run->now_ns);
  event.kind = takes(run) ? ANSWERED : REFUSED;
  event.at_ns =
      run->now_ns +
      about(run, event.kind == ANSWERED ? run->server.answer_ns : NS_PER_MS);
  push(run, event);
}

/* The eldest retries first; false when there is nothing to send. */
static bool take_next(struct client *client, uint32_t *attempt)
{
  for (uint32_t i = MOST_ATTEMPTS; i-- > 1;)
    if (client->again[i]) {
      client->again[i]--;
      *attempt = i;
      return true;
    }
  *attempt = 0;
  return client->fresh && client->fresh--;
}

static void send_all(struct run *run, uint32_t number)
{
  struct client *client = &run->clients[number];
  uint32_t attempt = 0;
  uint64_t wait_ns = 0;

  while (client->in_flight < WINDOW) {
    wait_ns =
        pc_throttle_wait_ns(&client->throttle, client->in_flight, run->now_ns);
    if (wait_ns || !take_next(client, &attempt))
      break;
    send_one(run, number, attempt);
  }
  if (wait_ns && wait_ns != UINT64_MAX)
    push(run, (struct event){.at_ns = run->now_ns + wait_ns, .client = number});
}

static void note_first_end(struct run *run)
{
  for (uint32_t i = 0; i < run->client_count && !run->has_end; i++)
    run->clients[i].at_first_end = run->clients[i].answered;
  run->has_end = true;
}

static void hear(struct run *run, struct event event)
{
  struct client *client = &run->clients[event.client];
  uint32_t attempt =
      event.attempt < MOST_ATTEMPTS ? event.attempt : MOST_ATTEMPTS - 1;
  uint64_t wait_ms = 0;

  if (event.kind == WAITED) {
    client->again[event.attempt] += event.attempt != 0;
    return;
  }
  if (event.kind == ANSWERED) {
    pc_throttle_answer(&client->throttle, client->in_flight--, run->now_ns);
    run->server.busy--;
    client->answered++;
    client->ended_ns = run->now_ns;
    if (client->answered == run->batches)
      note_first_end(run);
    return;
  }
  pc_throttle_refuse(&client->throttle, false, client->in_flight--,
                     event.sent_ns, run->now_ns);
  client->refused++;
  wait_ms = pc_retry_wait_ms(attempt, 125, 0, pc_retry_jitter(&run->random));
  push(run, (struct event){.at_ns = run->now_ns + wait_ms * NS_PER_MS,
                           .client = event.client,
                           .attempt = attempt});
}

/* Sends `batches` of each client and gives how it went in *run. */
static void simulate(struct run *run,
                     struct server server,
                     uint32_t clients,
                     uint32_t batches)
{
  *run = (struct run){.server = server,
                      .client_count = clients,
                      .random = 7,
                      .batches = batches};
  run->events = calloc(MOST_EVENTS, sizeof(*run->events));
  run->now_ns = NS_PER_S;
  if (server.per_s > 0)
    pc_token_bucket_set(&run->server.bucket, server.per_s, BURST, run->now_ns);
  for (uint32_t i = 0; i < clients; i++) {
    run->clients[i].fresh = batches;
    send_all(run, i);
  }
  while (run->event_count) {
    struct event event = pop(run);

    run->now_ns = event.at_ns;
    hear(run, event);
    send_all(run, event.client);
  }
  free(run->events);
}

static double seconds(const struct run *run)
{
  uint64_t last_ns = 0;

  for (uint32_t i = 0; i < run->client_count; i++)
    if (run->clients[i].ended_ns > last_ns)
      last_ns = run->clients[i].ended_ns;
  return (double)(last_ns - NS_PER_S) / (double)NS_PER_S;
}

static double refused_pct(const struct run *run)
{
  uint32_t refused = 0;

  for (uint32_t i = 0; i < run->client_count; i++)
    refused += run->clients[i].refused;
  return 100.0 * refused / (run->client_count * run->batches);
}

/* Jain's index of what each had when the first had all: 1 when all had the
   same, 1/n when one had had the server to itself. */
static double fairness(const struct run *run)
{
  double sum = 0;
  double squares = 0;

  for (uint32_t i = 0; i < run->client_count; i++) {
    double got = run->clients[i].at_first_end;

    sum += got;
    squares += got * got;
  }
  return sum * sum / (run->client_count * squares);
}

/* What 10,000 batches take at best, of a client alone, and what they took. */
static void check_alone(struct server server, double ideal_s)
{
  static struct run run;

  simulate(&run, server, 1, 10000);
  printf("  %.3f of the ideal time, %.2f %% refused\n", seconds(&run) / ideal_s,
         refused_pct(&run));
  CHECK_NUMBER(run.clients[0].answered, 10000);
  CHECK(seconds(&run) < 1.1 * ideal_s);
  CHECK(refused_pct(&run) < 3);
}

static void a_server_that_takes_so_many_at_once_is_kept_busy(void)
{
  check_alone((struct server){.most = 16, .answer_ns = 50 * NS_PER_MS},
              10000 * 0.0525 / 16);
  check_alone((struct server){.most = 4, .answer_ns = 20 * NS_PER_MS},
              10000 * 0.021 / 4);
}

static void a_server_that_takes_so_many_in_a_second_is_kept_busy(void)
{
  check_alone((struct server){.per_s = 200, .answer_ns = 50 * NS_PER_MS},
              10000 / 200.0);
}

static void even_when_one_at_a_time_is_too_fast(void)
{
  check_alone((struct server){.per_s = 200, .answer_ns = NS_PER_MS},
              10000 / 200.0);
  check_alone((struct server){.per_s = 700, .answer_ns = NS_PER_MS},
              10000 / 700.0);
}

static void ten_clients_share(struct server server, uint32_t batches)
{
  static struct run run;

  simulate(&run, server, MOST_CLIENTS, batches);
  printf("  fairness %.2f, %.2f %% refused\n", fairness(&run),
         refused_pct(&run));
  for (uint32_t i = 0; i < MOST_CLIENTS; i++) {
    CHECK_NUMBER(run.clients[i].answered, batches);
    CHECK(run.clients[i].at_first_end > batches / 4);
  }
  CHECK(fairness(&run) > 0.9);
}

static void ten_clients_share_and_none_starves(void)
{
  ten_clients_share((struct server){.most = 100, .answer_ns = 50 * NS_PER_MS},
                    20000);
  ten_clients_share((struct server){.per_s = 200, .answer_ns = NS_PER_MS},
                    5000);
}

static void nothing_is_held_back_before_a_refusal(void)
{
  struct pc_throttle throttle = {0};

  for (uint32_t in_flight = 0; in_flight < 10000; in_flight++)
    CHECK_NUMBER(pc_throttle_wait_ns(&throttle, in_flight, NS_PER_S), 0);
  pc_throttle_answer(&throttle, 10000, NS_PER_S);
  CHECK(!pc_throttle_is_in_force(&throttle));
}

static void one_overload_cuts_once(void)
{
  struct pc_throttle throttle = {0};

  pc_throttle_refuse(&throttle, false, 100, NS_PER_S, 2 * NS_PER_S);
  CHECK_NUMBER(pc_throttle_wait_ns(&throttle, 69, 2 * NS_PER_S), 0);
  CHECK(pc_throttle_wait_ns(&throttle, 70, 2 * NS_PER_S) == UINT64_MAX);
  pc_throttle_refuse(&throttle, false, 99, NS_PER_S, 2 * NS_PER_S);
  CHECK_NUMBER(pc_throttle_wait_ns(&throttle, 69, 2 * NS_PER_S), 0);
  pc_throttle_refuse(&throttle, false, 98, 3 * NS_PER_S, 3 * NS_PER_S);
  CHECK_NUMBER(pc_throttle_wait_ns(&throttle, 67, 3 * NS_PER_S), 0);
  CHECK(pc_throttle_wait_ns(&throttle, 68, 3 * NS_PER_S) == UINT64_MAX);
}

static void the_window_is_no_more_than_what_was_taken(void)
{
  struct pc_throttle throttle = {0};

  for (uint32_t i = 0; i < 112; i++)
    pc_throttle_refuse(&throttle, false, 128 - i, NS_PER_S, 2 * NS_PER_S);
  CHECK_NUMBER(pc_throttle_wait_ns(&throttle, 15, 2 * NS_PER_S), 0);
  CHECK(pc_throttle_wait_ns(&throttle, 16, 2 * NS_PER_S) == UINT64_MAX);
}

static void what_holds_nobody_back_is_forgotten(void)
{
  struct pc_throttle throttle = {0};

  pc_throttle_refuse(&throttle, false, 10, NS_PER_S, NS_PER_S);
  CHECK_NUMBER(pc_throttle_wait_ns(&throttle, 0, 5 * NS_PER_S), 0);
  CHECK(pc_throttle_is_in_force(&throttle));
  CHECK_NUMBER(pc_throttle_wait_ns(&throttle, 100, 12 * NS_PER_S), 0);
  CHECK(!pc_throttle_is_in_force(&throttle));
}

static void what_fails_now_and_then_is_not_sent_less(void)
{
  struct pc_throttle throttle = {0};

  for (int i = 0; i < 1000; i++) {
    pc_throttle_refuse(&throttle, true, 100, NS_PER_S, 2 * NS_PER_S);
    pc_throttle_answer(&throttle, 100, 2 * NS_PER_S);
  }
  CHECK(!pc_throttle_is_in_force(&throttle));
  for (int i = 0; i < 16; i++)
    pc_throttle_refuse(&throttle, true, 100, NS_PER_S, 2 * NS_PER_S);
  CHECK(pc_throttle_is_in_force(&throttle));
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(nothing_is_held_back_before_a_refusal),
      TEST(one_overload_cuts_once),
      TEST(the_window_is_no_more_than_what_was_taken),
      TEST(what_holds_nobody_back_is_forgotten),
      TEST(what_fails_now_and_then_is_not_sent_less),
      TEST(a_server_that_takes_so_many_at_once_is_kept_busy),
      TEST(a_server_that_takes_so_many_in_a_second_is_kept_busy),
      TEST(even_when_one_at_a_time_is_too_fast),
      TEST(ten_clients_share_and_none_starves)};

  return HARNESS_RUN(tests);
}
