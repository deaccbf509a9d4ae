#include "harness.h"

#include <ctype.h>

#include "base/status.h"

static enum pc_status status_at(int index)
{
  return (enum pc_status)index;
}

static void ok_is_zero(void)
{
  CHECK_NUMBER(PC_OK, 0);
  CHECK_TEXT(pc_status_code(PC_OK), "OK");
}

static void every_code_is_in_capitals(void)
{
  for (int i = 0; i < PC_STATUS_COUNT; i++) {
    const char *code = pc_status_code(status_at(i));

    CHECK(*code);
    for (; *code; code++)
      CHECK(isupper((unsigned char)*code) || *code == '_');
  }
}

static void every_sentence_can_stand_behind_a_colon(void)
{
  for (int i = 0; i < PC_STATUS_COUNT; i++) {
    const char *sentence = pc_status_sentence(status_at(i));
    size_t size = strlen(sentence);

    if (!CHECK(size > 0))
      continue;
    /* An abbreviation may start with a capital. */
    CHECK(!isupper((unsigned char)sentence[0]) ||
          isupper((unsigned char)sentence[1]));
    CHECK(isalnum((unsigned char)sentence[size - 1]));
  }
}

static void no_two_statuses_say_the_same(void)
{
  for (int i = 0; i < PC_STATUS_COUNT; i++)
    for (int k = 0; k < i; k++)
      CHECK(strcmp(pc_status_sentence(status_at(i)),
                   pc_status_sentence(status_at(k))) != 0);
}

static void callers_see_the_promised_codes(void)
{
  CHECK_TEXT(pc_status_code(PC_INVALID_ARGUMENT), "INVALID_ARGUMENT");
  CHECK_TEXT(pc_status_code(PC_CANCELLED), "CANCELLED");
  CHECK_TEXT(pc_status_code(PC_CONNECT_TIMEOUT), "TIMEOUT");
  CHECK_TEXT(pc_status_code(PC_ATTEMPT_TIMEOUT), "TIMEOUT");
  CHECK_TEXT(pc_status_code(PC_TOTAL_TIMEOUT), "TIMEOUT");
  CHECK_TEXT(pc_status_code(PC_TLS_ERROR), "CONNECTION_ERROR");
  CHECK_TEXT(pc_status_code(PC_PROXY_REFUSED), "CONNECTION_ERROR");
  CHECK_TEXT(pc_status_code(PC_PRIVATE_ADDRESS), "CONNECTION_ERROR");
  CHECK_TEXT(pc_status_code(PC_HTTP_ERROR), "HTTP_ERROR");
  CHECK_TEXT(pc_status_code(PC_PARSE_ERROR), "PARSE_ERROR");
  CHECK_TEXT(pc_status_code(PC_TOO_LARGE), "RESPONSE_TOO_LARGE");
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(ok_is_zero),
      TEST(every_code_is_in_capitals),
      TEST(every_sentence_can_stand_behind_a_colon),
      TEST(no_two_statuses_say_the_same),
      TEST(callers_see_the_promised_codes),
  };

  return HARNESS_RUN(tests);
}
