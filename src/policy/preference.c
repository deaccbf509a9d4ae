#include "policy/preference.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

struct field {
  const char *name;
  size_t offset;
  double initial;
  double low;
  double high;
  bool is_whole;
  bool is_optional; /* 0 means: not wanted */
};

#define FIELD(name) #name, offsetof(struct pc_preference, name)

/* A total timeout is bounded by what a timer can hold, not by taste. */
static const double LONGEST_MS = 1e12;

static const struct field fields[] = {
    {FIELD(max_concurrent_requests), 128, 1, 1024, true, false},
    {FIELD(batch_size), 128, 1, 1024, true, false},
    {FIELD(max_chars_per_request), 0, 50, 256000, true, true},
    {FIELD(timeout_ms), 3600e3, 100, 7200e3, false, false},
    {FIELD(total_timeout_ms), 0, 100, LONGEST_MS, false, true},
    {FIELD(hedge_delay_ms), 0, 200, 30e3, false, true},
    {FIELD(hedge_budget_pct), 0.10, 0, 3, false, false},
    {FIELD(retry_budget_pct), 0.05, 0, 3, false, false},
    {FIELD(max_retries), 5, 0, 6, true, false},
    {FIELD(initial_backoff_ms), 125, 50, 45e3, true, false},
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

static double *value_of(struct pc_preference *preference,
                        const struct field *field)
{
  return (double *)(void *)((char *)preference + field->offset);
}

void pc_preference_init(struct pc_preference *preference)
{
  for (size_t i = 0; i < FIELD_COUNT; i++)
    *value_of(preference, &fields[i]) = fields[i].initial;
}

static bool is_allowed(const struct field *field, double value)
{
  if (field->is_optional && value == 0)
    return true;
  if (!(value >= field->low && value <= field->high))
    return false;
  return !field->is_whole || value == floor(value);
}

enum pc_status pc_preference_check(const struct pc_preference *preference,
                                   struct pc_fault *fault)
{
  struct pc_preference copy = *preference;

  for (size_t i = 0; i < FIELD_COUNT; i++) {
    double value = *value_of(&copy, &fields[i]);

    if (!is_allowed(&fields[i], value))
      return pc_fault_set(fault, PC_INVALID_ARGUMENT,
                          "%s must be a %s between %g and %g, got %g",
                          fields[i].name,
                          fields[i].is_whole ? "whole number" : "number",
                          fields[i].low, fields[i].high, value);
  }
  return PC_OK;
}
