#include "policy/retry.h"

#include <math.h>

enum { GROWTH = 4, FEWEST_RETRIES = 2 };

static enum pc_retry_price price_of_http(long http_status)
{
  switch (http_status) {
  case 408:
  case 409:
  case 429:
  case 503:
    return PC_RETRY_FREE;
  case 501:
  case 505:
    return PC_RETRY_NEVER;
  default:
    return http_status >= 500 && http_status <= 599 ? PC_RETRY_BUDGETED
                                                    : PC_RETRY_NEVER;
  }
}

static bool is_about_connecting(enum pc_status status)
{
  return status == PC_CONNECT_FAILED || status == PC_CONNECT_TIMEOUT;
}

uint64_t pc_retry_patience_ms(struct pc_retry_cause cause)
{
  if (!cause.is_unmet || !is_about_connecting(cause.status))
    return UINT64_MAX;
  if (cause.is_nameless || cause.spent_ms >= PC_RETRY_UNMET_MS)
    return 0;
  return PC_RETRY_UNMET_MS - cause.spent_ms;
}

enum pc_retry_price pc_retry_price(struct pc_retry_cause cause)
{
  switch (cause.status) {
  case PC_HTTP_ERROR:
    return price_of_http(cause.http_status);
  case PC_CONNECT_TIMEOUT:
  case PC_CONNECT_FAILED:
    return pc_retry_patience_ms(cause) ? PC_RETRY_FREE : PC_RETRY_NEVER;
  case PC_ATTEMPT_TIMEOUT:
  case PC_CONNECTION_LOST:
  case PC_PARSE_ERROR:
    return PC_RETRY_BUDGETED;
  case PC_OK:
  case PC_NO_MEMORY:
  case PC_SYSTEM_ERROR:
  case PC_INVALID_ARGUMENT:
  case PC_CANCELLED:
  case PC_CLOSED:
  case PC_TOTAL_TIMEOUT:
  case PC_TLS_ERROR:
  case PC_PROXY_REFUSED:
  case PC_PRIVATE_ADDRESS:
  case PC_TOO_LARGE:
  case PC_OVER_ALLOWANCE:
  case PC_BAD_BODY:
  case PC_TOKEN_INPUTS:
  case PC_NOT_A_BATCH:
  case PC_PATH_FORBIDDEN:
    return PC_RETRY_NEVER;
  }
  return PC_RETRY_NEVER;
}

struct pc_budget pc_retry_budget(uint32_t batches, double pct)
{
  uint64_t left = 1 + (uint64_t)ceil(batches * pct);

  return (struct pc_budget){.left =
                                left < FEWEST_RETRIES ? FEWEST_RETRIES : left};
}

struct pc_budget pc_hedge_budget(uint32_t batches, double delay_ms, double pct)
{
  uint64_t share = (uint64_t)ceil(batches * pct);

  if (delay_ms == 0 || pct == 0)
    return (struct pc_budget){.left = 0};
  return (struct pc_budget){.left = share ? share : 1};
}

bool pc_budget_take(struct pc_budget *budget)
{
  if (!budget->left)
    return false;
  budget->left--;
  return true;
}

static uint64_t least(uint64_t a, uint64_t b)
{
  return a < b ? a : b;
}

static uint64_t grown_ms(uint32_t number, uint64_t initial_ms)
{
  uint64_t wait_ms = initial_ms;

  while (--number && wait_ms < PC_RETRY_LONGEST_WAIT_MS)
    wait_ms *= GROWTH;
  return least(wait_ms, PC_RETRY_LONGEST_WAIT_MS);
}

uint64_t pc_retry_wait_ms(uint32_t number,
                          uint64_t initial_ms,
                          uint64_t asked_ms,
                          double jitter)
{
  uint64_t wait_ms = grown_ms(number, initial_ms);

  if (!asked_ms)
    return wait_ms - (uint64_t)((double)wait_ms * jitter / 2);
  wait_ms = least(asked_ms, PC_RETRY_LONGEST_ASKED_MS);
  return wait_ms + (uint64_t)((double)wait_ms * jitter / 4);
}

/* splitmix64 (Steele, Lea, Flood 2014): spreads waits, guards no secret. */
double pc_retry_jitter(uint64_t *state)
{
  uint64_t mixed = *state += 0x9e3779b97f4a7c15u;

  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  mixed ^= mixed >> 31;
  return (double)(mixed >> 11) * 0x1p-53;
}
