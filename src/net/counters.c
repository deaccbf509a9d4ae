#include "net/counters.h"

void pc_counters_take_hop(struct pc_counters *counters,
                          const struct pc_hop *hop)
{
  long place = hop->http_status - PC_COUNTERS_LOWEST_STATUS;

  pc_counter_add(&counters->bytes_sent, hop->sent);
  pc_counter_add(&counters->bytes_received, hop->received);
  pc_counter_add(&counters->connections_opened, hop->opened);
  if (place < 0 || place >= PC_COUNTERS_STATUS_COUNT)
    return;
  pc_counter_add(&counters->statuses[place], 1);
  if (!hop->opened)
    pc_counter_add(&counters->connections_reused, 1);
}
