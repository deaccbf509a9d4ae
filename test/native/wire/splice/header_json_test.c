#include "harness.h"

#include "wire/splice/header_json.h"

static void check_json(const char *head, const char *expected)
{
  struct pc_bytes out;
  size_t size = strlen(head);
  char *copy = malloc(size ? size : 1);

  memcpy(copy, head, size);
  pc_bytes_init(&out, 1 << 16);
  CHECK(pc_header_json_append(
            &out, (struct pc_text){.data = copy, .size = size}) == PC_OK);
  CHECK_TEXT(out.data, expected);
  pc_bytes_deinit(&out);
  free(copy);
}

static void headers_become_members_in_lower_case_by_name(void)
{
  check_json("HTTP/1.1 200 OK: fine\r\nX-Request-Id: 7\r\nDate:  today \r\n"
             "Content-Type: text/plain; a=\"b\"\r\nEmpty:\r\n\r\n",
             "{\"content-type\":\"text/plain; a=\\\"b\\\"\",\"date\":\"today\","
             "\"empty\":\"\",\"x-request-id\":\"7\"}");
  check_json("", "{}");
  check_json("HTTP/2 200\n\n", "{}");
}

static void repeated_names_are_joined_in_the_order_they_came(void)
{
  check_json("HTTP/1.1 200 OK\r\nB: 2\r\nVia: one\r\na: 1\r\nvia: two\r\n"
             "VIA: three\r\n\r\n",
             "{\"a\":\"1\",\"b\":\"2\",\"via\":\"one, two, three\"}");
}

static void secrets_and_connection_headers_are_left_out(void)
{
  static const char *const names[] = {"Set-Cookie",
                                      "authorization",
                                      "WWW-Authenticate",
                                      "Connection",
                                      "Keep-Alive",
                                      "Transfer-Encoding",
                                      "Content-Length",
                                      "Content-Encoding",
                                      "Proxy-Authenticate",
                                      "proxy-connection",
                                      "TE",
                                      "Trailer",
                                      "Upgrade"};
  char head[1024] = "HTTP/1.1 200 OK\r\n";

  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    snprintf(head + strlen(head), sizeof(head) - strlen(head), "%s: x\r\n",
             names[i]);
  strncat(head, "te-st: 1\r\nupgraded: 2\r\n\r\n", 64);
  check_json(head, "{\"te-st\":\"1\",\"upgraded\":\"2\"}");
}

static void bytes_of_any_kind_leave_as_json(void)
{
  check_json("a: caf\xe9 \x01\x7f\\\r\n",
             "{\"a\":\"caf\xc3\xa9 \\u0001\x7f\\\\\"}");
  check_json("a: \xff\x80", "{\"a\":\"\xc3\xbf\xc2\x80\"}");
}

static void lines_that_are_no_header_are_skipped(void)
{
  check_json("HTTP/1.1 200 OK\r\nno colon\r\n: no name\r\n folded: line\r\n"
             "bad name: 1\r\n\xe9: 1\r\n\"q\": 1\r\ngood: 1\r\n\r\n",
             "{\"good\":\"1\"}");
}

static void a_head_of_many_headers_is_no_burden(void)
{
  enum { LINES = 60000 };
  struct pc_bytes head;
  struct pc_bytes out;
  char line[32];

  pc_bytes_init(&head, 1 << 24);
  pc_bytes_init(&out, 1 << 24);
  for (unsigned i = 0; i < LINES; i++) {
    snprintf(line, sizeof(line), "%x:\n", i * 2654435761u);
    CHECK(pc_bytes_append_text(&head, line) == PC_OK);
  }

  CHECK(pc_header_json_append(
            &out, (struct pc_text){.data = head.data, .size = head.size}) ==
        PC_OK);
  CHECK(out.size > LINES * strlen("\"\":\"\","));
  pc_bytes_deinit(&head);
  pc_bytes_deinit(&out);
}

static void a_ceiling_is_told(void)
{
  static const char head[] = "a: 1\r\nb: 2\r\n";

  for (size_t ceiling = 0; ceiling < strlen("{\"a\":\"1\",\"b\":\"2\"}");
       ceiling++) {
    struct pc_bytes out;

    pc_bytes_init(&out, ceiling);
    CHECK(pc_header_json_append(
              &out, (struct pc_text){.data = head, .size = strlen(head)}) ==
          PC_TOO_LARGE);
    pc_bytes_deinit(&out);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(headers_become_members_in_lower_case_by_name),
      TEST(repeated_names_are_joined_in_the_order_they_came),
      TEST(secrets_and_connection_headers_are_left_out),
      TEST(bytes_of_any_kind_leave_as_json),
      TEST(lines_that_are_no_header_are_skipped),
      TEST(a_head_of_many_headers_is_no_burden),
      TEST(a_ceiling_is_told)};

  return HARNESS_RUN(tests);
}
