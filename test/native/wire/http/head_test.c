#include "harness.h"

#include "wire/http/head.h"

static const char head[] = "HTTP/1.1 429 Too Many\r\n"
                           "retry-after-ms: 250\r\n"
                           "Retry-After:  3 \t\r\n"
                           "empty:\r\n"
                           "\r\n";

static bool find_in(const char *text, const char *name, struct pc_text *out)
{
  return pc_http_head_find(text, strlen(text), name, out);
}

static void a_header_is_found_whatever_its_case(void)
{
  struct pc_text value = {0};

  CHECK(find_in(head, "retry-after", &value));
  CHECK_NUMBER(value.size, 1);
  CHECK(value.data[0] == '3');
  CHECK(find_in(head, "EMPTY", &value));
  CHECK_NUMBER(value.size, 0);
}

static void only_a_whole_name_is_found(void)
{
  struct pc_text value = {0};

  CHECK(!find_in(head, "retry", &value));
  CHECK(!find_in(head, "after", &value));
  CHECK(!find_in(head, "HTTP/1.1 429 Too Many", &value));
  CHECK(!find_in("", "a", &value));
  CHECK(!find_in("a", "a", &value));
}

static void a_cut_head_is_read_to_its_end(void)
{
  struct pc_text value = {0};

  for (size_t size = 0; size < sizeof(head); size++) {
    char *copy = malloc(size + 1);

    memcpy(copy, head, size);
    if (pc_http_head_find(copy, size, "empty", &value))
      CHECK(value.data + value.size <= copy + size);
    free(copy);
  }
}

static void check_number(const char *text, double factor, long long expected)
{
  struct pc_text value = {.data = text, .size = strlen(text)};
  uint64_t number = 0;
  bool is_number = pc_http_head_number(value, factor, 60000, &number);

  CHECK_NUMBER(is_number ? (long long)number : -1, expected);
}

static void plain_numbers_are_read(void)
{
  check_number("3", 1000, 3000);
  check_number("0", 1000, 0);
  check_number("1.5", 1000, 1500);
  check_number("250", 1, 250);
  check_number("99999999999999999999999", 1000, 60000);
}

static void anything_else_is_not_a_number(void)
{
  check_number("", 1, -1);
  check_number("-1", 1, -1);
  check_number("1e3", 1, -1);
  check_number("3 s", 1, -1);
  check_number("Fri, 31 Dec 1999 23:59:59 GMT", 1, -1);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_header_is_found_whatever_its_case),
      TEST(only_a_whole_name_is_found),
      TEST(a_cut_head_is_read_to_its_end),
      TEST(plain_numbers_are_read),
      TEST(anything_else_is_not_a_number),
  };
  return HARNESS_RUN(tests);
}
