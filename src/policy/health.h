/*
 * health.h - is an endpoint of a pool well, and how often is that asked?
 *
 * Both the probes that are sent for it and the requests of calls tell. What
 * requests have said, a success takes back; what a probe has said stands until
 * the next one that says anything. Pure arithmetic. Thread: any, one at a time.
 */
#ifndef PC_POLICY_HEALTH_H
#define PC_POLICY_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* All zero is an endpoint that is well: so every one begins. */
struct pc_health {
  bool is_probed_ill;
  bool is_failing; /* by what became of requests */
};

enum pc_vote { PC_VOTE_NONE, PC_VOTE_HEALTHY, PC_VOTE_UNHEALTHY };

/* How an endpoint is to be probed. */
struct pc_probe_rules {
  uint64_t interval_ms;
  uint64_t timeout_ms;
  uint32_t retries;    /* of each check that fails */
  bool fails_on_first; /* one bad check decides, those behind it are left */
  bool
      timeouts_abstain; /* a check of which nothing else is heard has no vote */
  bool has_assumed_path; /* nobody has named it: that it is missing says
                            nothing but that the server answers */
};

/* The checks of one probe, one after another, each with its retries. */
struct pc_probe_tally {
  uint32_t check;     /* under way */
  uint32_t tries;     /* of this check that have ended */
  bool is_refused;    /* has one of them failed? */
  bool has_healthy;   /* has a check before said so? */
  bool has_unhealthy; /* likewise */
};

bool pc_health_is_well(const struct pc_health *health);

/* A probe has ended. */
void pc_health_take_vote(struct pc_health *health, enum pc_vote vote);

/* An attempt has ended, with this HTTP status or none (0). */
void pc_health_learn(struct pc_health *health,
                     enum pc_status status,
                     long http_status);

/* What one try of check number `check` says. */
enum pc_vote pc_probe_vote(const struct pc_probe_rules *rules,
                           uint32_t check,
                           enum pc_status status,
                           long http_status);

enum pc_probe_step {
  PC_PROBE_AGAIN, /* the same check, after a pause */
  PC_PROBE_NEXT,  /* check number tally->check, at once */
  PC_PROBE_OVER
};

/* A try has ended with `vote`: what comes next of `check_count` checks? */
enum pc_probe_step pc_probe_tally_add(struct pc_probe_tally *tally,
                                      const struct pc_probe_rules *rules,
                                      uint32_t check_count,
                                      enum pc_vote vote);

/* Of one that is over; of no checks at all it is healthy. */
enum pc_vote pc_probe_tally_vote(const struct pc_probe_tally *tally);

/*
 * How long until the next probe, after one that took `took_ms` and followed
 * `last_ms` behind the one before: slow answers are asked for less often.
 */
uint64_t pc_probe_interval_ms(const struct pc_probe_rules *rules,
                              uint64_t last_ms,
                              uint64_t took_ms);

#endif
