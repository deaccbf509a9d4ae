#include "harness.h"

#include "policy/health.h"

static const struct pc_probe_rules RULES = {.interval_ms = 1000,
                                            .timeout_ms = 600,
                                            .retries = 1,
                                            .timeouts_abstain = true,
                                            .has_assumed_path = true};

/* The vote of a probe of two checks whose tries end so. */
static enum pc_vote
vote_of(struct pc_probe_rules rules, const enum pc_vote *tries, int *used)
{
  struct pc_probe_tally tally = {0};

  *used = 0;
  while (pc_probe_tally_add(&tally, &rules, 2, tries[(*used)++]) !=
         PC_PROBE_OVER)
    ;
  return pc_probe_tally_vote(&tally);
}

static void requests_tell_of_an_endpoint_in_trouble(void)
{
  static const struct {
    enum pc_status status;
    long http_status;
    bool is_well;
  } cases[] = {{PC_CONNECT_FAILED, 0, false}, {PC_CONNECT_TIMEOUT, 0, false},
               {PC_HTTP_ERROR, 502, false},   {PC_HTTP_ERROR, 503, false},
               {PC_HTTP_ERROR, 500, true},    {PC_HTTP_ERROR, 429, true},
               {PC_HTTP_ERROR, 404, true},    {PC_ATTEMPT_TIMEOUT, 0, true},
               {PC_PARSE_ERROR, 200, true}};

  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    struct pc_health health = {0};

    pc_health_learn(&health, cases[i].status, cases[i].http_status);
    CHECK_NUMBER(pc_health_is_well(&health), cases[i].is_well);
    pc_health_learn(&health, PC_OK, 200);
    CHECK(pc_health_is_well(&health));
  }
}

static void a_success_does_not_outvote_a_probe(void)
{
  struct pc_health health = {0};

  pc_health_take_vote(&health, PC_VOTE_UNHEALTHY);
  pc_health_learn(&health, PC_OK, 200);
  CHECK(!pc_health_is_well(&health));
  pc_health_take_vote(&health, PC_VOTE_NONE);
  CHECK(!pc_health_is_well(&health));
  pc_health_take_vote(&health, PC_VOTE_HEALTHY);
  CHECK(pc_health_is_well(&health));
}

static void a_probe_heals_what_requests_have_said(void)
{
  struct pc_health health = {0};

  pc_health_learn(&health, PC_CONNECT_FAILED, 0);
  pc_health_take_vote(&health, PC_VOTE_NONE);
  CHECK(!pc_health_is_well(&health));
  pc_health_take_vote(&health, PC_VOTE_HEALTHY);
  CHECK(pc_health_is_well(&health));
}

static void one_try_votes(void)
{
  struct pc_probe_rules strict = {0};

  CHECK_NUMBER(pc_probe_vote(&RULES, 0, PC_OK, 200), PC_VOTE_HEALTHY);
  CHECK_NUMBER(pc_probe_vote(&RULES, 0, PC_HTTP_ERROR, 500), PC_VOTE_UNHEALTHY);
  CHECK_NUMBER(pc_probe_vote(&RULES, 0, PC_CONNECT_FAILED, 0),
               PC_VOTE_UNHEALTHY);
  CHECK_NUMBER(pc_probe_vote(&RULES, 0, PC_ATTEMPT_TIMEOUT, 0), PC_VOTE_NONE);
  CHECK_NUMBER(pc_probe_vote(&strict, 0, PC_ATTEMPT_TIMEOUT, 0),
               PC_VOTE_UNHEALTHY);
}

static void a_server_without_the_path_that_nobody_named_is_well(void)
{
  struct pc_probe_rules named = RULES;

  named.has_assumed_path = false;
  CHECK_NUMBER(pc_probe_vote(&RULES, 0, PC_HTTP_ERROR, 404), PC_VOTE_HEALTHY);
  CHECK_NUMBER(pc_probe_vote(&RULES, 1, PC_HTTP_ERROR, 404), PC_VOTE_UNHEALTHY);
  CHECK_NUMBER(pc_probe_vote(&named, 0, PC_HTTP_ERROR, 404), PC_VOTE_UNHEALTHY);
}

static void one_success_among_the_tries_is_enough(void)
{
  static const enum pc_vote tries[] = {PC_VOTE_UNHEALTHY, PC_VOTE_HEALTHY,
                                       PC_VOTE_NONE, PC_VOTE_HEALTHY};
  int used = 0;

  CHECK_NUMBER(vote_of(RULES, tries, &used), PC_VOTE_HEALTHY);
  CHECK_NUMBER(used, 4);
}

static void an_unhealthy_check_outvotes_a_healthy_one(void)
{
  static const enum pc_vote tries[] = {PC_VOTE_UNHEALTHY, PC_VOTE_UNHEALTHY,
                                       PC_VOTE_HEALTHY};
  struct pc_probe_rules hasty = RULES;
  int used = 0;

  CHECK_NUMBER(vote_of(RULES, tries, &used), PC_VOTE_UNHEALTHY);
  CHECK_NUMBER(used, 3);
  hasty.fails_on_first = true;
  CHECK_NUMBER(vote_of(hasty, tries, &used), PC_VOTE_UNHEALTHY);
  CHECK_NUMBER(used, 2);
}

static void timeouts_alone_keep_the_state(void)
{
  static const enum pc_vote late[] = {PC_VOTE_NONE, PC_VOTE_NONE, PC_VOTE_NONE,
                                      PC_VOTE_NONE};
  static const enum pc_vote mixed[] = {PC_VOTE_NONE, PC_VOTE_UNHEALTHY,
                                       PC_VOTE_NONE, PC_VOTE_NONE};
  int used = 0;

  CHECK_NUMBER(vote_of(RULES, late, &used), PC_VOTE_NONE);
  CHECK_NUMBER(vote_of(RULES, mixed, &used), PC_VOTE_UNHEALTHY);
}

static void without_checks_time_heals(void)
{
  struct pc_probe_tally tally = {0};

  CHECK_NUMBER(pc_probe_tally_vote(&tally), PC_VOTE_HEALTHY);
}

static void slow_probes_come_less_often(void)
{
  uint64_t interval_ms = RULES.interval_ms;

  interval_ms = pc_probe_interval_ms(&RULES, interval_ms, 501);
  CHECK_NUMBER(interval_ms, 1500);
  for (int i = 0; i < 20; i++)
    interval_ms = pc_probe_interval_ms(&RULES, interval_ms, 60000);
  CHECK_NUMBER(interval_ms, 10000);
  CHECK_NUMBER(pc_probe_interval_ms(&RULES, interval_ms, 10), 1000);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(requests_tell_of_an_endpoint_in_trouble),
      TEST(a_success_does_not_outvote_a_probe),
      TEST(a_probe_heals_what_requests_have_said),
      TEST(one_try_votes),
      TEST(a_server_without_the_path_that_nobody_named_is_well),
      TEST(one_success_among_the_tries_is_enough),
      TEST(an_unhealthy_check_outvotes_a_healthy_one),
      TEST(timeouts_alone_keep_the_state),
      TEST(without_checks_time_heals),
      TEST(slow_probes_come_less_often)};

  return HARNESS_RUN(tests);
}
