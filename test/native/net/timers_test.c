#include "harness.h"

#include "base/clock.h"
#include "net/timers.h"

enum { ALARMS = 500, ROUNDS = 40000 };

struct bell {
  struct pc_timers *timers;
  struct pc_alarm *alarm;
  uint64_t due_ns;
  unsigned rings;
};

static void on_ring(void *context)
{
  struct bell *bell = context;

  bell->rings++;
  pc_alarm_end(&bell->alarm);
}

static void start(struct bell *bell, uint64_t delay_ms)
{
  bell->due_ns = pc_clock_monotonic_ns() + delay_ms * PC_NS_PER_MS;
  CHECK_NUMBER(
      pc_alarm_start(bell->timers, delay_ms, on_ring, bell, &bell->alarm),
      PC_OK);
}

static void an_alarm_never_rings_early(void)
{
  struct pc_timers timers;
  struct bell bell = {.timers = &timers};

  pc_timers_init(&timers);
  CHECK(pc_timers_due_ns(&timers) == UINT64_MAX);
  start(&bell, 30);
  CHECK(pc_timers_due_ns(&timers) >= bell.due_ns);

  pc_timers_ring(&timers, bell.due_ns - 1);
  CHECK_NUMBER(bell.rings, 0);
  pc_timers_ring(&timers, pc_timers_due_ns(&timers));
  CHECK_NUMBER(bell.rings, 1);
  CHECK(!bell.alarm);
  pc_timers_deinit(&timers);
}

static void a_hastened_alarm_rings_at_once(void)
{
  struct pc_timers timers;
  struct bell bells[3];

  pc_timers_init(&timers);
  for (int i = 0; i < 3; i++) {
    bells[i] = (struct bell){.timers = &timers};
    start(&bells[i], 1000);
  }
  pc_alarm_hasten(bells[2].alarm);
  pc_timers_ring(&timers, pc_clock_monotonic_ns());
  CHECK_NUMBER(bells[0].rings, 0);
  CHECK_NUMBER(bells[2].rings, 1);
  pc_timers_deinit(&timers);
}

static void on_ring_again(void *context)
{
  struct bell *bell = context;

  bell->rings++;
  pc_alarm_end(&bell->alarm);
  CHECK_NUMBER(
      pc_alarm_start(bell->timers, 0, on_ring_again, bell, &bell->alarm),
      PC_OK);
}

/* Or whoever starts another whenever one rings would keep all others away. */
static void what_a_ring_starts_waits_for_the_next_turn(void)
{
  struct pc_timers timers;
  struct bell bell = {.timers = &timers};

  pc_timers_init(&timers);
  CHECK_NUMBER(pc_alarm_start(&timers, 0, on_ring_again, &bell, &bell.alarm),
               PC_OK);
  pc_timers_ring(&timers, bell.due_ns);
  pc_timers_ring(&timers, pc_timers_due_ns(&timers));
  CHECK_NUMBER(bell.rings, 1);
  pc_timers_deinit(&timers);
}

/* The soonest, as a look at each of them tells. */
static uint64_t soonest_due(const struct bell *bells)
{
  uint64_t due_ns = UINT64_MAX;

  for (int i = 0; i < ALARMS; i++)
    if (bells[i].alarm && bells[i].due_ns < due_ns)
      due_ns = bells[i].due_ns;
  return due_ns;
}

/*
 * Alarms are started and ended at random, and now and then the soonest is rung:
 * those that were due have rung, once each, and no others.
 */
static void alarms_ring_in_order(void)
{
  uint64_t seed = 3;
  struct pc_timers timers;
  static struct bell bells[ALARMS];

  pc_timers_init(&timers);
  for (int i = 0; i < ALARMS; i++)
    bells[i] = (struct bell){.timers = &timers};
  for (long round = 0; round < harness_rounds(ROUNDS); round++) {
    struct bell *bell = &bells[harness_random(&seed) % ALARMS];

    if (harness_random(&seed) % 8 == 0) {
      uint64_t due_ns = pc_timers_due_ns(&timers);

      CHECK(due_ns >= soonest_due(bells));
      pc_timers_ring(&timers, due_ns);
      CHECK(pc_timers_due_ns(&timers) >= due_ns);
      for (int i = 0; i < ALARMS; i++) {
        CHECK(bells[i].rings <= 1);
        if (bells[i].rings)
          CHECK(bells[i].due_ns <= due_ns);
        bells[i].rings = 0;
      }
    } else if (bell->alarm) {
      pc_alarm_end(&bell->alarm);
    } else {
      start(bell, harness_random(&seed) % 1000);
    }
  }
  pc_timers_deinit(&timers);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(an_alarm_never_rings_early),
      TEST(a_hastened_alarm_rings_at_once),
      TEST(what_a_ring_starts_waits_for_the_next_turn),
      TEST(alarms_ring_in_order),
  };
  return HARNESS_RUN(tests);
}
