#include "harness.h"

#include <unistd.h>

#include "base/clock.h"
#include "net/reactor.h"

enum { NS_PER_MS = 1000000, DELAY_MS = 30, TURN_MS = 20 };

struct watch {
  struct pc_reactor reactor;
  struct pc_alarm *alarm;
  uv_timer_t ticker; /* what else wakes the loop */
  uint64_t started_ns;
  uint64_t rang_ns;
};

static void on_done(void *transfer, CURLcode result)
{
  (void)transfer;
  (void)result;
}

static void on_turn(void *context)
{
  (void)context;
}

static void on_tick(uv_timer_t *ticker)
{
  (void)ticker;
}

static void on_ring(void *context)
{
  struct watch *watch = context;

  watch->rang_ns = pc_clock_monotonic_ns();
  pc_alarm_end(&watch->alarm);
  uv_close((uv_handle_t *)&watch->ticker, NULL);
  pc_reactor_close(&watch->reactor);
}

static void on_first_ring(void *context)
{
  struct watch *watch = context;

  pc_alarm_end(&watch->alarm);
  usleep(TURN_MS * 1000);
  watch->started_ns = pc_clock_monotonic_ns();
  CHECK_NUMBER(
      pc_alarm_start(&watch->reactor, DELAY_MS, on_ring, watch, &watch->alarm),
      PC_OK);
}

/* However long the turn took in which it was set. */
static void an_alarm_does_not_ring_early(void)
{
  for (int round = 0; round < 10; round++) {
    struct watch watch = {.alarm = NULL};
    uv_loop_t loop;

    uv_loop_init(&loop);
    uv_timer_init(&loop, &watch.ticker);
    uv_timer_start(&watch.ticker, on_tick, 1, 1);
    CHECK_NUMBER(pc_reactor_init(&watch.reactor, &loop, on_done, on_turn, NULL),
                 PC_OK);
    CHECK_NUMBER(
        pc_alarm_start(&watch.reactor, 0, on_first_ring, &watch, &watch.alarm),
        PC_OK);
    uv_run(&loop, UV_RUN_DEFAULT);
    pc_reactor_deinit(&watch.reactor);
    CHECK_NUMBER(uv_loop_close(&loop), 0);
    CHECK(watch.rang_ns - watch.started_ns >= (uint64_t)DELAY_MS * NS_PER_MS);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(an_alarm_does_not_ring_early),
  };
  return pc_reactor_prepare() == PC_OK ? HARNESS_RUN(tests) : EXIT_FAILURE;
}
