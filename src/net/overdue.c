#include "net/overdue.h"

#include <inttypes.h>
#include <stdio.h>

void pc_overdue_words(const struct pc_overdue *overdue, char *out, size_t size)
{
  uint64_t ms = overdue->spent_ms;

  if (!overdue->is_connected)
    snprintf(out, size, "%s timed out after %" PRIu64 " milliseconds",
             overdue->is_found ? "Connection" : "Resolving", ms);
  else if (overdue->expected_size < 0)
    snprintf(out, size,
             "Operation timed out after %" PRIu64 " milliseconds with %" PRIu64
             " bytes received",
             ms, overdue->received);
  else
    snprintf(out, size,
             "Operation timed out after %" PRIu64 " milliseconds with %" PRIu64
             " out of %" PRId64 " bytes received",
             ms, overdue->received, overdue->expected_size);
}
