#include "net/retry_after.h"

#include <curl/curl.h>
#include <string.h>

#include "policy/retry.h"
#include "wire/http/head.h"

enum { MS_PER_S = 1000, LONGEST_DATE = 64 };

static uint64_t until_date(struct pc_text value, uint64_t now_epoch_ms)
{
  char date[LONGEST_DATE];
  time_t moment = 0;
  uint64_t moment_ms = 0;

  if (value.size >= sizeof(date))
    return 0;
  memcpy(date, value.data, value.size);
  date[value.size] = '\0';
  moment = curl_getdate(date, NULL);
  if (moment < 0)
    return 0;
  moment_ms = (uint64_t)moment * MS_PER_S;
  if (moment_ms <= now_epoch_ms)
    return 0;
  moment_ms -= now_epoch_ms;
  return moment_ms < PC_RETRY_LONGEST_ASKED_MS ? moment_ms
                                               : PC_RETRY_LONGEST_ASKED_MS;
}

uint64_t pc_retry_after_ms(const char *head, size_t size, uint64_t now_epoch_ms)
{
  struct pc_text value = {0};
  uint64_t wait_ms = 0;

  if (pc_http_head_find(head, size, "retry-after-ms", &value) &&
      pc_http_head_number(value, 1, PC_RETRY_LONGEST_ASKED_MS, &wait_ms))
    return wait_ms;
  if (!pc_http_head_find(head, size, "retry-after", &value))
    return 0;
  if (pc_http_head_number(value, MS_PER_S, PC_RETRY_LONGEST_ASKED_MS, &wait_ms))
    return wait_ms;
  return until_date(value, now_epoch_ms);
}
