#include "net/counters.h"

void pc_counters_take_transfer(struct pc_counters *counters,
                               CURL *easy,
                               long http_status)
{
  long place = http_status - PC_COUNTERS_LOWEST_STATUS;
  curl_off_t sent = 0;
  curl_off_t received = 0;
  long opened = 0;

  curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &opened);
  pc_counter_add(&counters->bytes_sent, (uint64_t)sent);
  pc_counter_add(&counters->bytes_received, (uint64_t)received);
  pc_counter_add(&counters->connections_opened, (uint64_t)opened);
  if (place < 0 || place >= PC_COUNTERS_STATUS_COUNT)
    return;
  pc_counter_add(&counters->statuses[place], 1);
  if (!opened)
    pc_counter_add(&counters->connections_reused, 1);
}
