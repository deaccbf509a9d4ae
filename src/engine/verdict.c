#include "engine/verdict.h"

#include "base/clock.h"
#include "engine/routes.h"
#include "net/retry_after.h"
#include "wire/http/limit_hint.h"

enum { NS_PER_MS = 1000000 };

static bool may_halve(struct pc_requests *shared,
                      const struct pc_attempt *attempt,
                      uint32_t input_count,
                      enum pc_status status)
{
  const struct pc_bytes *text = &attempt->reader->text;
  long http_status = attempt->exchange->hop.http_status;

  return shared->plan->may_split && status == PC_HTTP_ERROR &&
         pc_limit_hint(http_status, text->data, text->size) &&
         pc_halving_refuse(&shared->halving, input_count, http_status,
                           text->data, text->size);
}

/* Attempts that count against max_retries. */
static uint32_t counted(const struct pc_tries *tries)
{
  return tries->count - tries->refused;
}

/* A host that nobody has met is not given up on for good beside others. */
static struct pc_retry_cause cause_of(const struct pc_requests *shared,
                                      const struct pc_attempt *attempt,
                                      const struct pc_tries *tries,
                                      enum pc_status status)
{
  const struct pc_exchange *exchange = attempt->exchange;

  return (struct pc_retry_cause){
      .status = status,
      .http_status = exchange->hop.http_status,
      .is_unmet = !attempt->origin->is_reached &&
                  !shared->plan->has_own_retries &&
                  !pc_routes_have_another(shared->routes, tries->endpoints),
      .is_nameless = exchange->hop.is_nameless,
      .spent_ms = (pc_clock_monotonic_ns() - tries->started_ns) / NS_PER_MS};
}

static bool may_try_again(struct pc_requests *shared,
                          const struct pc_tries *tries,
                          struct pc_retry_cause cause)
{
  enum pc_retry_price price = pc_retry_price(cause);

  if (price == PC_RETRY_NEVER ||
      counted(tries) > shared->plan->preference.max_retries ||
      (cause.status == PC_HTTP_ERROR &&
       pc_plan_is_final(shared->plan, cause.http_status)))
    return false;
  return price == PC_RETRY_FREE || pc_budget_take(&shared->retry_budget);
}

/* The server that has failed is spared; another need not be. */
static uint64_t back_off_ms(const struct pc_requests *shared,
                            const struct pc_attempt *attempt,
                            const struct pc_tries *tries,
                            struct pc_retry_cause cause)
{
  const struct pc_bytes *head = &attempt->exchange->hop.head;
  uint64_t patience_ms = pc_retry_patience_ms(cause);
  uint64_t wait_ms = 0;

  if (pc_routes_have_another(shared->routes, tries->endpoints))
    return 0;
  wait_ms = pc_retry_wait_ms(
      counted(tries), (uint64_t)shared->plan->preference.initial_backoff_ms,
      pc_retry_after_ms(head->data, head->size, pc_clock_epoch_ms()),
      pc_retry_jitter(&shared->engine->random_state));
  return wait_ms < patience_ms ? wait_ms : patience_ms;
}

enum pc_verdict pc_verdict_of(struct pc_requests *shared,
                              const struct pc_attempt *attempt,
                              const struct pc_tries *tries,
                              uint32_t input_count,
                              enum pc_status status,
                              uint64_t *wait_ms)
{
  struct pc_retry_cause cause = cause_of(shared, attempt, tries, status);

  if (may_halve(shared, attempt, input_count, status))
    return PC_VERDICT_HALVES;
  if (!may_try_again(shared, tries, cause))
    return PC_VERDICT_FINAL;
  *wait_ms = back_off_ms(shared, attempt, tries, cause);
  return PC_VERDICT_AGAIN;
}
