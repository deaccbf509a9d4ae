#include "harness.h"

#include "wire/splice/url_path.h"

/* The path that `inside` stands for, or why it is none. */
static void check_read(const char *inside, const char *expected)
{
  struct pc_text text = {.data = inside, .size = strlen(inside)};
  struct pc_bytes out;
  const char *reason = NULL;
  enum pc_status status = PC_OK;

  pc_bytes_init(&out, 1024);
  status = pc_url_path_read(text, &out, &reason);
  CHECK(status == (reason ? PC_BAD_BODY : PC_OK));
  CHECK_TEXT(reason ? reason : out.data, expected);
  CHECK(!reason || !out.size);
  pc_bytes_deinit(&out);
}

static void a_path_is_kept_and_gets_its_slash(void)
{
  check_read("/v1/embeddings", "/v1/embeddings");
  check_read("predict", "/predict");
  check_read(" \\n/predict\\t ", "/predict");
  check_read("/", "/");
  check_read("/a/b?c=d&e=%20/../x", "/a/b?c=d&e=%20/../x");
  check_read("/a//b/...", "/a//b/...");
  check_read("/a.b/.c/d..", "/a.b/.c/d..");
  check_read("/a/@b", "/a/@b");
}

static void escapes_are_unfolded_before_the_path_is_judged(void)
{
  check_read("\\/v1\\u002fpredict", "/v1/predict");
  check_read("\\u002f\\u002fhost", "must not begin with //");
  check_read("/a/\\u002e./b", "must not contain the segments . and ..");
}

static void an_empty_path_is_refused(void)
{
  check_read("", "must not be empty");
  check_read("  ", "must not be empty");
}

static void what_could_name_another_host_is_refused(void)
{
  check_read("//evil.example/x", "must not begin with //");
  check_read("http://evil.example", "must be a path, not a URL");
  check_read("/x/http://evil.example", "must be a path, not a URL");
  check_read("@evil.example/x", "must not contain @ in its first segment");
  check_read("/user@host", "must not contain @ in its first segment");
}

static void what_could_end_the_request_line_is_refused(void)
{
  static const char reason[] =
      "must not contain blanks, control characters, \\ or #";

  check_read("/a b", reason);
  check_read("/a\\r\\nX-Header:1", reason);
  check_read("/a\\tb", reason);
  check_read("/a\\\\b", reason);
  check_read("/a#b", reason);
}

static void bytes_that_no_url_has_are_refused(void)
{
  check_read("/a\\u0000b", "must be printable ASCII");
  check_read("/a\\u007f", "must be printable ASCII");
  check_read("/caf\xc3\xa9", "must be printable ASCII");
  check_read("/\\u012f", "must be printable ASCII");
  check_read("/\\ud800", "must be printable ASCII");
}

static void dot_segments_are_refused_however_they_are_written(void)
{
  static const char *const bad[] = {
      "..",        ".",       "/..",       "/.",          "/a/../b",
      "/a/./b",    "/a/..",   "/a/.?b",    "/a/%2e%2E/b", "/a/.%2e",
      "/a/%2E./b", "/%2e/b",  "/a/..?x=1", "/%2E%2e?",    "/a//../b",
      "/a/..%2fb", "/..%5Cb", "/a%2F../b", "/a/..;/b",    "/a/.%2e;x=1/b",
      "/..%3Bx"};

  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
    check_read(bad[i], "must not contain the segments . and ..");
}

static void check_named(const char *path, const char *names, bool expected)
{
  struct pc_text text = {.data = path, .size = strlen(path)};
  struct pc_text list = {.data = names, .size = strlen(names)};

  CHECK(pc_url_path_is_named(text, list) == expected);
}

static void a_path_is_named_whole_or_by_what_it_begins_with(void)
{
  static const char names[] = "/rerank\n/v1/*";

  check_named("/admin", "", true);
  check_named("/rerank", names, true);
  check_named("/rerank?x=/v1/", names, true);
  check_named("/v1/", names, true);
  check_named("/v1/a/b?c", names, true);
  check_named("/v1", names, false);
  check_named("/rerank/", names, false);
  check_named("/reran", names, false);
  check_named("/V1/a", names, false);
  check_named("/admin?x=/v1/", names, false);
  check_named("/", "/*", true);
}

static void a_path_past_the_ceiling_is_told(void)
{
  struct pc_text text = {.data = "0123456789", .size = 10};
  struct pc_bytes out;
  const char *reason = NULL;

  pc_bytes_init(&out, 8);

  CHECK(pc_url_path_read(text, &out, &reason) == PC_TOO_LARGE);
  CHECK(!reason && !out.size);
  pc_bytes_deinit(&out);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_path_is_kept_and_gets_its_slash),
      TEST(escapes_are_unfolded_before_the_path_is_judged),
      TEST(an_empty_path_is_refused),
      TEST(what_could_name_another_host_is_refused),
      TEST(what_could_end_the_request_line_is_refused),
      TEST(bytes_that_no_url_has_are_refused),
      TEST(dot_segments_are_refused_however_they_are_written),
      TEST(a_path_is_named_whole_or_by_what_it_begins_with),
      TEST(a_path_past_the_ceiling_is_told)};

  return HARNESS_RUN(tests);
}
