#include "policy/health.h"

/* An interval grows by half, up to ten times the one that was asked for. */
enum { GROWTH_PARTS = 2, MOST_INTERVALS = 10 };

bool pc_health_is_well(const struct pc_health *health)
{
  return !health->is_probed_ill && !health->is_failing;
}

void pc_health_take_vote(struct pc_health *health, enum pc_vote vote)
{
  if (vote == PC_VOTE_NONE)
    return;
  health->is_probed_ill = vote == PC_VOTE_UNHEALTHY;
  health->is_failing = false;
}

/* A server that refuses what is too much for it is well. */
void pc_health_learn(struct pc_health *health,
                     enum pc_status status,
                     long http_status)
{
  if (status == PC_OK)
    health->is_failing = false;
  else if (status == PC_CONNECT_FAILED || status == PC_CONNECT_TIMEOUT ||
           (status == PC_HTTP_ERROR &&
            (http_status == 502 || http_status == 503)))
    health->is_failing = true;
}

static bool is_missing(long http_status)
{
  return http_status == 404 || http_status == 405 || http_status == 501;
}

enum pc_vote pc_probe_vote(const struct pc_probe_rules *rules,
                           uint32_t check,
                           enum pc_status status,
                           long http_status)
{
  bool is_assumed = rules->has_assumed_path && check == 0;

  if (status == PC_OK)
    return PC_VOTE_HEALTHY;
  if (status == PC_HTTP_ERROR && is_assumed && is_missing(http_status))
    return PC_VOTE_HEALTHY;
  if (rules->timeouts_abstain &&
      (status == PC_ATTEMPT_TIMEOUT || status == PC_CONNECT_TIMEOUT))
    return PC_VOTE_NONE;
  return PC_VOTE_UNHEALTHY;
}

static void end_check(struct pc_probe_tally *tally, enum pc_vote vote)
{
  if (vote == PC_VOTE_HEALTHY)
    tally->has_healthy = true;
  else if (tally->is_refused)
    tally->has_unhealthy = true;
  tally->check++;
  tally->tries = 0;
  tally->is_refused = false;
}

enum pc_probe_step pc_probe_tally_add(struct pc_probe_tally *tally,
                                      const struct pc_probe_rules *rules,
                                      uint32_t check_count,
                                      enum pc_vote vote)
{
  tally->is_refused = tally->is_refused || vote == PC_VOTE_UNHEALTHY;
  if (vote != PC_VOTE_HEALTHY && tally->tries++ < rules->retries)
    return PC_PROBE_AGAIN;
  end_check(tally, vote);
  if (tally->check >= check_count ||
      (tally->has_unhealthy && rules->fails_on_first))
    return PC_PROBE_OVER;
  return PC_PROBE_NEXT;
}

enum pc_vote pc_probe_tally_vote(const struct pc_probe_tally *tally)
{
  if (tally->has_unhealthy)
    return PC_VOTE_UNHEALTHY;
  return tally->has_healthy || tally->check == 0 ? PC_VOTE_HEALTHY
                                                 : PC_VOTE_NONE;
}

uint64_t pc_probe_interval_ms(const struct pc_probe_rules *rules,
                              uint64_t last_ms,
                              uint64_t took_ms)
{
  uint64_t most_ms = rules->interval_ms * MOST_INTERVALS;
  uint64_t longer_ms = last_ms + last_ms / GROWTH_PARTS;

  if (took_ms <= last_ms / 2)
    return rules->interval_ms;
  return longer_ms < most_ms ? longer_ms : most_ms;
}
