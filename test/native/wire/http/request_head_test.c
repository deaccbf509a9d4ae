#include "harness.h"

#include "wire/http/request_head.h"

static const uint64_t timeout_ms = 30000;
static const uint64_t deadline_ms = 1795557709576;

static struct pc_request_form form_of(const char *url)
{
  return (struct pc_request_form){.method = "POST",
                                  .url = url,
                                  .header_lines = "accept: a/b\n"
                                                  "accept-encoding: gzip\n"
                                                  "content-type: c/d",
                                  .encodings = "br",
                                  .has_body = true};
}

static struct pc_request_lines all_lines(void)
{
  return (struct pc_request_lines){.id = pc_text_of("stem-0-0"),
                                   .timeout = &timeout_ms,
                                   .deadline = &deadline_ms,
                                   .body_size = 12};
}

static void check_head(struct pc_request_form form,
                       struct pc_request_lines lines,
                       const char *expected)
{
  struct pc_request_head head;
  struct pc_bytes out;

  pc_request_head_init(&head);
  pc_bytes_init(&out, SIZE_MAX);
  if (CHECK_NUMBER(pc_request_head_render(&head, &form), PC_OK)) {
    CHECK_NUMBER(pc_request_head_write(&head, &lines, &out), PC_OK);
    CHECK_TEXT(out.data, expected);
  }
  pc_bytes_deinit(&out);
  pc_request_head_deinit(&head);
}

static void a_head_is_the_one_that_libcurl_writes(void)
{
  check_head(form_of("http://host:8080/v1/x?a=b"), all_lines(),
             "POST /v1/x?a=b HTTP/1.1\r\n"
             "Host: host:8080\r\n"
             "x-baseten-customer-request-id: stem-0-0\r\n"
             "request-timeout-ms: 30000\r\n"
             "request-deadline-ms: 1795557709576\r\n"
             "accept: a/b\r\n"
             "accept-encoding: gzip\r\n"
             "content-type: c/d\r\n"
             "Content-Length: 12\r\n"
             "\r\n");
}

static void what_no_header_says_is_said_as_libcurl_does(void)
{
  struct pc_request_form form = form_of("https://[::1]");

  form.header_lines = "x-empty:   \nx: y";
  check_head(form, (struct pc_request_lines){.body_size = 0},
             "POST / HTTP/1.1\r\n"
             "Host: [::1]\r\n"
             "Accept: */*\r\n"
             "Accept-Encoding: br\r\n"
             "x-empty:\r\n"
             "x: y\r\n"
             "Content-Length: 0\r\n"
             "Content-Type: application/x-www-form-urlencoded\r\n"
             "\r\n");
}

static void without_a_body_there_is_no_length(void)
{
  struct pc_request_form form = form_of("http://host?q");

  form.method = "DELETE";
  form.has_body = false;
  form.header_lines = "Accept: a\nACCEPT-ENCODING: b";
  check_head(form, all_lines(),
             "DELETE /?q HTTP/1.1\r\n"
             "Host: host\r\n"
             "x-baseten-customer-request-id: stem-0-0\r\n"
             "request-timeout-ms: 30000\r\n"
             "request-deadline-ms: 1795557709576\r\n"
             "Accept: a\r\n"
             "ACCEPT-ENCODING: b\r\n"
             "\r\n");
}

static void numbers_have_all_their_digits(void)
{
  const uint64_t most = UINT64_MAX;
  const uint64_t none = 0;
  struct pc_request_form form = form_of("http://h/");

  form.header_lines = "accept: a\naccept-encoding: b\ncontent-type: c";
  check_head(form,
             (struct pc_request_lines){.id = pc_text_of("i"),
                                       .timeout = &most,
                                       .deadline = &none,
                                       .body_size = SIZE_MAX},
             "POST / HTTP/1.1\r\n"
             "Host: h\r\n"
             "x-baseten-customer-request-id: i\r\n"
             "request-timeout-ms: 18446744073709551615\r\n"
             "request-deadline-ms: 0\r\n"
             "accept: a\r\n"
             "accept-encoding: b\r\n"
             "content-type: c\r\n"
             "Content-Length: 18446744073709551615\r\n"
             "\r\n");
}

static enum pc_status status_of(struct pc_request_form form)
{
  struct pc_request_head head;
  enum pc_status status = PC_OK;

  pc_request_head_init(&head);
  status = pc_request_head_render(&head, &form);
  pc_request_head_deinit(&head);
  return status;
}

static void what_libcurl_would_change_is_left_to_it(void)
{
  static const char *const urls[] = {
      "ftp://host/",        "HTTP://host/",       "http://",
      "http:///x",          "http://me@host/",    "http://h%6fst/",
      "http://host:80/",    "https://host:443/x", "http://host:080/",
      "http://host:/",      "http://host./",      "http://host.:81/",
      "http://host/a/../b", "http://host/%2E/",   "http://host/a b",
      "http://host/\xc3",   "http://host/#x",     "http://[fe80::1%25a]/",
      "http://:81/"};
  static const char *const lines[] = {
      "host: x",           "Content-Length: 3", "transfer-encoding: chunked",
      "connection: close", "a: b\nExpect: c",   "te: trailers",
      "upgrade: h2c"};

  for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
    if (!CHECK_NUMBER(status_of(form_of(urls[i])), PC_INVALID_ARGUMENT))
      printf("%s\n", urls[i]);
  for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
    struct pc_request_form form = form_of("http://host/");

    form.header_lines = lines[i];
    if (!CHECK_NUMBER(status_of(form), PC_INVALID_ARGUMENT))
      printf("%s\n", lines[i]);
  }
}

static void ports_that_must_be_named_are_fine(void)
{
  CHECK_NUMBER(status_of(form_of("http://host:443/")), PC_OK);
  CHECK_NUMBER(status_of(form_of("https://host:80/")), PC_OK);
  CHECK_NUMBER(status_of(form_of("http://host:8/")), PC_OK);
  CHECK_NUMBER(status_of(form_of("http://[::1]:8080/a.b")), PC_OK);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_head_is_the_one_that_libcurl_writes),
      TEST(what_no_header_says_is_said_as_libcurl_does),
      TEST(without_a_body_there_is_no_length),
      TEST(numbers_have_all_their_digits),
      TEST(what_libcurl_would_change_is_left_to_it),
      TEST(ports_that_must_be_named_are_fine),
  };
  return HARNESS_RUN(tests);
}
