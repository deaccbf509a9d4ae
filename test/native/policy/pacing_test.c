#include "harness.h"

#include <math.h>

#include "policy/pacing.h"
#include "policy/token_bucket.h"

static const uint64_t NS_PER_MS = 1000000;
static const uint64_t NS_PER_S = 1000000000;

static void nothing_known_holds_nothing(void)
{
  struct pc_pacing pacing = {0};

  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 1000, 1, 5), 0);
}

static void no_more_are_in_flight_than_are_left(void)
{
  struct pc_pacing pacing = {0};

  pc_pacing_hear(&pacing, 3, 100, 10 * NS_PER_S, false, 1, NS_PER_S);

  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 2, 1, NS_PER_S), 0);
  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 3, 1, NS_PER_S), 10 * NS_PER_S);
  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 3, 1, 4 * NS_PER_S), 7 * NS_PER_S);
}

static void after_the_reset_all_is_forgotten(void)
{
  struct pc_pacing pacing = {0};

  pc_pacing_hear(&pacing, 0, 100, 2 * NS_PER_S, false, 1, NS_PER_S);

  CHECK(pc_pacing_wait_ns(&pacing, 0, 1, 3 * NS_PER_S - 1) == 1);
  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 500, 1, 3 * NS_PER_S), 0);
  CHECK(!pc_pacing_is_known(&pacing));
}

static void what_comes_back_bit_by_bit_is_waited_for_alone(void)
{
  struct pc_pacing pacing = {0};

  pc_pacing_hear(&pacing, 0, 100, 10 * NS_PER_S, true, 1, NS_PER_S);

  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 0, 1, NS_PER_S), NS_PER_S / 10);
  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 0, 1, NS_PER_S + NS_PER_S / 10), 0);
  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 1, 1, NS_PER_S + NS_PER_S / 10),
               NS_PER_S / 10);
}

static void a_request_costs_what_it_costs(void)
{
  struct pc_pacing pacing = {0};

  pc_pacing_hear(&pacing, 500, 1000, NS_PER_S, true, 1, NS_PER_S);

  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 0, 400, NS_PER_S), 0);
  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 1, 400, NS_PER_S), 600 * NS_PER_MS);
}

static void nothing_waits_longer_than_a_minute(void)
{
  struct pc_pacing pacing = {0};

  pc_pacing_hear(&pacing, 0, 10, 86400 * NS_PER_S, true, 1, NS_PER_S);
  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 0, 1, NS_PER_S), 60 * NS_PER_S);
  pc_pacing_hear(&pacing, 0, 10, 86400 * NS_PER_S, false, 2, NS_PER_S);
  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 0, 1, NS_PER_S), 60 * NS_PER_S);
}

static void what_is_older_is_not_listened_to(void)
{
  struct pc_pacing pacing = {0};

  pc_pacing_hear(&pacing, 0, 10, NS_PER_S, false, 7, NS_PER_S);
  pc_pacing_hear(&pacing, 9, 10, NS_PER_S, false, 6, NS_PER_S);

  CHECK_NUMBER(pc_pacing_wait_ns(&pacing, 0, 1, NS_PER_S), NS_PER_S);
}

/*
 * A simulated server that counts requests as they come in and says what is
 * left, and one client with a window of 128. All answers take as long.
 */
enum { WINDOW = 128, BATCHES = 5000 };

struct world {
  bool is_gradual;
  double limit; /* in a period, or in store */
  uint64_t period_ns;
  uint64_t answer_ns;
  bool is_deaf; /* the client does not listen */
  /* The server's. */
  struct pc_token_bucket bucket;
  uint64_t period;
  double left;
};

struct reply {
  uint64_t at_ns;
  uint64_t sent_ns;
  double remaining;
  uint64_t reset_ns;
  bool is_refused;
};

struct run {
  uint32_t refused;
  uint64_t ended_ns;
};

static struct reply serve(struct world *world, uint64_t now_ns)
{
  struct reply reply = {.at_ns = now_ns + world->answer_ns, .sent_ns = now_ns};

  if (world->is_gradual) {
    double per_ns = world->limit / (double)world->period_ns;

    reply.is_refused = pc_token_bucket_wait_ns(&world->bucket, now_ns) > 0;
    if (!reply.is_refused)
      pc_token_bucket_spend(&world->bucket, 1, now_ns);
    reply.remaining = floor(fmax(0, world->bucket.level));
    reply.reset_ns = (uint64_t)((world->limit - world->bucket.level) / per_ns);
    return reply;
  }
  if (now_ns / world->period_ns != world->period)
    world->left = world->limit;
  world->period = now_ns / world->period_ns;
  reply.is_refused = world->left < 1;
  if (!reply.is_refused)
    world->left--;
  reply.remaining = world->left;
  reply.reset_ns = (world->period + 1) * world->period_ns - now_ns;
  return reply;
}

static void
hear(struct world *world, struct pc_pacing *pacing, const struct reply *reply)
{
  if (!world->is_deaf)
    pc_pacing_hear(pacing, reply->remaining, world->limit, reply->reset_ns,
                   world->is_gradual, reply->sent_ns, reply->at_ns);
}

static struct run simulate(struct world *world)
{
  static struct reply replies[WINDOW]; /* a ring: all take as long */
  struct pc_pacing pacing = {0};
  struct run run = {0};
  uint32_t first = 0;
  uint32_t in_flight = 0;
  uint32_t left = BATCHES;
  uint64_t now_ns = NS_PER_S;

  world->period = UINT64_MAX;
  pc_token_bucket_set(&world->bucket,
                      world->limit / (double)world->period_ns * 1e9,
                      world->limit, now_ns);
  while (left || in_flight) {
    uint64_t wait_ns = left && in_flight < WINDOW
                           ? pc_pacing_wait_ns(&pacing, in_flight, 1, now_ns)
                           : UINT64_MAX;
    struct reply *next = &replies[first];

    if (!wait_ns) {
      replies[(first + in_flight++) % WINDOW] = serve(world, now_ns);
      left--;
    } else if (in_flight &&
               (wait_ns == UINT64_MAX || next->at_ns <= now_ns + wait_ns)) {
      now_ns = next->at_ns;
      hear(world, &pacing, next);
      run.refused += next->is_refused;
      left += next->is_refused;
      first = (first + 1) % WINDOW;
      in_flight--;
    } else {
      now_ns += wait_ns;
    }
  }
  run.ended_ns = now_ns - NS_PER_S;
  return run;
}

/* The first window leaves before anything is known. */
static void check_run(const char *name, struct world world, double ideal_s)
{
  struct run run = simulate(&world);
  double took = (double)run.ended_ns / 1e9 / ideal_s;
  struct run deaf = {0};

  printf("%s: %.3f of the ideal time, %.1f %% refused; ", name, took,
         100.0 * run.refused / BATCHES);
  CHECK(took < 1.1);
  CHECK(run.refused <= WINDOW);
  world.is_deaf = true;
  world.bucket = (struct pc_token_bucket){0};
  deaf = simulate(&world);
  printf("who does not listen is refused %u times\n", deaf.refused);
  CHECK(deaf.refused > 10 * (run.refused + 1));
}

static void a_simulated_server_refuses_next_to_nothing(void)
{
  check_run("200 a second, bit by bit, 50 ms",
            (struct world){.is_gradual = true,
                           .limit = 200,
                           .period_ns = NS_PER_S,
                           .answer_ns = 50 * NS_PER_MS},
            (BATCHES - 200) / 200.0);
  check_run("1,000 a minute, bit by bit, 50 ms",
            (struct world){.is_gradual = true,
                           .limit = 1000,
                           .period_ns = 60 * NS_PER_S,
                           .answer_ns = 50 * NS_PER_MS},
            (BATCHES - 1000) * 60 / 1000.0);
  check_run("1,000 in each 10 s, 20 ms",
            (struct world){.limit = 1000,
                           .period_ns = 10 * NS_PER_S,
                           .answer_ns = 20 * NS_PER_MS},
            39);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(nothing_known_holds_nothing),
      TEST(no_more_are_in_flight_than_are_left),
      TEST(after_the_reset_all_is_forgotten),
      TEST(what_comes_back_bit_by_bit_is_waited_for_alone),
      TEST(a_request_costs_what_it_costs),
      TEST(nothing_waits_longer_than_a_minute),
      TEST(what_is_older_is_not_listened_to),
      TEST(a_simulated_server_refuses_next_to_nothing)};

  return HARNESS_RUN(tests);
}
