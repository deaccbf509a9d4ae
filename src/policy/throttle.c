#include "policy/throttle.h"

#include <math.h>

static const double NS_PER_S = 1e9;

/* What a cut leaves. */
static const double LEFT = 0.7;

/* Up to this share of what the server took before, the way back is short. */
static const double KNOWN = 0.9;
static const double WAY_BACK_ANSWERS = 2; /* windows of them */

/* Beyond it, the window grows by one with as many answers as it is wide; but a
   small one is not tried to be too small that often. */
static const double FEWEST_ANSWERS = 64;

/* Where it was never refused, the search goes in longer and longer steps, each
   of so many windows of answers: others may have gone, and left room. */
static const double SEARCH_ANSWERS = 4;

/* The growth of a rate in a cubic second, as CUBIC's (RFC 9438). */
static const double GROWTH = 0.4;
static const double WAY_BACK_COUNT = 32;
static const double LONGEST_WAY_BACK_S = 6;

/* What a refusal of a request that was alone counts, when an answer counts one;
   and how many show that the server counts by time: a ninth was refused. */
static const double ALONE = 8;
static const double BY_TIME = 32;

/* How long answers are counted, and the weight of the newest count. */
static const uint64_t COUNT_NS = 500000000;
static const uint64_t SHORTEST_COUNT_NS = 50000000;
static const double NEWEST = 0.8;

/* Below it, waiting does more harm than being refused: not all that refuses
   does so for what it is sent. */
static const double SLOWEST_PER_S = 5;

/* Unclear refusals that make a clear one, unless answers come between. */
enum { PROOF = 16 };

/* After a request that was alone was refused; doubled so many times. */
static const uint64_t SHORTEST_PAUSE_NS = 1000000;
enum { LONGEST_ROW = 4 };

/* --- the window */

static void grow(struct pc_throttle *throttle)
{
  double known = KNOWN * throttle->peak;
  double window = throttle->window;

  if (window < known)
    window += fmin(1, fmax(known - throttle->after_cut, 1) /
                          (WAY_BACK_ANSWERS * window));
  else if (window < throttle->peak + 1)
    window += 1 / fmax(window, FEWEST_ANSWERS);
  else
    window += (window - throttle->peak) / (SEARCH_ANSWERS * window);
  throttle->window = window;
}

/* --- the rate */

static void
measure(struct pc_throttle *throttle, uint64_t now_ns, uint64_t shortest_ns)
{
  uint64_t passed_ns = now_ns - throttle->counted_ns;
  double newest = 0;

  if (passed_ns < shortest_ns)
    return;
  newest = throttle->counted * NS_PER_S / (double)passed_ns;
  throttle->answered = throttle->answered > 0
                           ? NEWEST * newest + (1 - NEWEST) * throttle->answered
                           : newest;
  throttle->counted = 0;
  throttle->counted_ns = now_ns;
}

/* What the server is known to answer in a second; of a first burst that was too
   short to measure, more than that. */
static double answered_per_s(struct pc_throttle *throttle, uint64_t now_ns)
{
  uint64_t passed_ns = now_ns - throttle->counted_ns;

  measure(throttle, now_ns, SHORTEST_COUNT_NS);
  if (throttle->answered > 0)
    return throttle->answered;
  return (throttle->counted + 1) * NS_PER_S /
         fmax((double)passed_ns, (double)SHORTEST_COUNT_NS);
}

/* One in store: what is refused at all is refused in bursts first. */
static void set_rate(struct pc_throttle *throttle, double per_s, uint64_t now)
{
  pc_token_bucket_set(&throttle->rate, fmax(per_s, SLOWEST_PER_S), 1, now);
}

static void cut_rate(struct pc_throttle *throttle, uint64_t now_ns)
{
  double rate = throttle->rate.per_s;

  if (rate <= 0)
    rate = answered_per_s(throttle, now_ns);
  throttle->rate_peak = rate;
  throttle->rate_ns = now_ns;
  set_rate(throttle, LEFT * rate, now_ns);
}

/* CUBIC's curve, with its middle where the server refused; a slow server has
   answered WAY_BACK_COUNT by then, unless that would take too long. */
static void grow_rate(struct pc_throttle *throttle, uint64_t now_ns)
{
  double passed_s = (double)(now_ns - throttle->rate_ns) / NS_PER_S;
  double cut = (1 - LEFT) * throttle->rate_peak;
  double middle_s =
      fmax(cbrt(cut / GROWTH),
           fmin(LONGEST_WAY_BACK_S, WAY_BACK_COUNT / throttle->rate_peak));
  double away = passed_s / middle_s - 1;

  set_rate(throttle, throttle->rate_peak + cut * away * away * away, now_ns);
}

/* --- both */

void pc_throttle_forget(struct pc_throttle *throttle, uint64_t now_ns)
{
  if (pc_throttle_is_in_force(throttle) &&
      now_ns > throttle->bound_ns + PC_THROTTLE_MEMORY_NS)
    *throttle = (struct pc_throttle){0};
}

/* Another refusal that the last cut is for. One that took none of them may have
   been out of order, and says nothing of what it takes. */
static void count_refusal(struct pc_throttle *throttle)
{
  throttle->refused++;
  throttle->peak = throttle->refused < throttle->at_cut
                       ? throttle->at_cut - throttle->refused
                       : LEFT * throttle->at_cut;
  throttle->window = fmin(
      throttle->window, fmax(1, throttle->at_cut - (double)throttle->refused));
}

/*
 * A request was refused that was alone. Again and again without an answer: then
 * others have all of the server, which is asked ever more seldom. In turn with
 * answers: then it is the time between requests that counts.
 */
static void refuse_alone(struct pc_throttle *throttle, uint64_t now_ns)
{
  if (!throttle->in_row)
    throttle->alone += ALONE;
  throttle->pause_until_ns = now_ns + (SHORTEST_PAUSE_NS << throttle->in_row);
  if (throttle->in_row < LONGEST_ROW)
    throttle->in_row++;
  if (throttle->rate.per_s > 0 || throttle->alone >= BY_TIME)
    cut_rate(throttle, now_ns);
}

static void cut(struct pc_throttle *throttle, uint32_t in_flight, uint64_t now)
{
  if (!throttle->counted_ns)
    throttle->counted_ns = now;
  if (in_flight <= 1)
    refuse_alone(throttle, now);
  throttle->at_cut = in_flight;
  throttle->refused = 1;
  throttle->peak = fmax(1, in_flight - 1.0);
  throttle->window = fmax(1, floor(LEFT * in_flight));
  throttle->cut_ns = now;
}

/* Is it still unclear what such a refusal means? */
static bool is_doubtful(struct pc_throttle *throttle)
{
  if (pc_throttle_is_in_force(throttle))
    return false;
  throttle->suspicion++;
  return throttle->suspicion < PROOF;
}

void pc_throttle_refuse(struct pc_throttle *throttle,
                        bool is_unclear,
                        uint32_t in_flight,
                        uint64_t sent_ns,
                        uint64_t now_ns)
{
  if (is_unclear && is_doubtful(throttle))
    return;
  throttle->bound_ns = now_ns;
  if (pc_throttle_is_in_force(throttle) && sent_ns < throttle->cut_ns)
    count_refusal(throttle);
  else
    cut(throttle, in_flight, now_ns);
  throttle->after_cut = throttle->window;
}

void pc_throttle_answer(struct pc_throttle *throttle,
                        uint32_t in_flight,
                        uint64_t now_ns)
{
  if (!throttle->counted_ns)
    throttle->counted_ns = now_ns;
  throttle->suspicion -= throttle->suspicion > 1 ? 2 : throttle->suspicion;
  throttle->counted++;
  measure(throttle, now_ns, COUNT_NS);
  if (!pc_throttle_is_in_force(throttle))
    return;
  throttle->alone = fmax(0, throttle->alone - 1);
  throttle->in_row = 0;
  if (throttle->rate.per_s > 0)
    grow_rate(throttle, now_ns);
  /* A window that nobody fills says nothing of what the server would take. */
  if (2 * in_flight >= throttle->window)
    grow(throttle);
}

static uint64_t until(uint64_t moment_ns, uint64_t now_ns)
{
  return moment_ns > now_ns ? moment_ns - now_ns : 0;
}

static uint64_t later(uint64_t a, uint64_t b)
{
  return a > b ? a : b;
}

uint64_t pc_throttle_wait_ns(struct pc_throttle *throttle,
                             uint32_t in_flight,
                             uint64_t now_ns)
{
  uint64_t wait_ns = 0;

  pc_throttle_forget(throttle, now_ns);
  if (!pc_throttle_is_in_force(throttle))
    return 0;
  if (in_flight + 1 > round(throttle->window))
    wait_ns = UINT64_MAX;
  else
    wait_ns =
        later(pc_token_bucket_wait_ns(&throttle->rate, now_ns),
              throttle->in_row ? until(throttle->pause_until_ns, now_ns) : 0);
  if (wait_ns)
    throttle->bound_ns = now_ns;
  return wait_ns;
}

void pc_throttle_rest(struct pc_throttle *throttle, uint64_t until_ns)
{
  throttle->bound_ns = later(throttle->bound_ns, until_ns);
}

void pc_throttle_send(struct pc_throttle *throttle, uint64_t now_ns)
{
  pc_token_bucket_spend(&throttle->rate, 1, now_ns);
}
