#include "harness.h"

#include "wire/splice/defaults.h"

static struct pc_text text_of(const char *text)
{
  return (struct pc_text){.data = text, .size = strlen(text)};
}

static enum pc_status read_object(const char *object)
{
  struct pc_splice_defaults defaults;

  return pc_splice_defaults_read(&defaults, text_of(object));
}

static void check_write(const struct pc_splice_defaults *defaults,
                        const char *expected)
{
  struct pc_bytes out;
  struct pc_writer writer = {.out = &out};

  pc_bytes_init(&out, 1024);
  CHECK(pc_bytes_append_text(&out, "{") == PC_OK);
  pc_splice_defaults_write(defaults, &writer);
  CHECK(writer.status == PC_OK);
  CHECK_TEXT(out.data, expected);
  pc_bytes_deinit(&out);
}

static void only_members_whose_key_was_not_met_are_written(void)
{
  struct pc_splice_defaults defaults;

  CHECK(pc_splice_defaults_read(
            &defaults,
            text_of("{\"model\":\"x\", \"raw\" : false,\"a\":[{}]}")) == PC_OK);
  check_write(&defaults, "{\"model\":\"x\",\"raw\" : false,\"a\":[{}],");

  pc_splice_defaults_meet(&defaults, text_of("raw"));
  pc_splice_defaults_meet(&defaults, text_of("b"));
  check_write(&defaults, "{\"model\":\"x\",\"a\":[{}],");

  pc_splice_defaults_meet(&defaults, text_of("m\\u006fdel"));
  pc_splice_defaults_meet(&defaults, text_of("a"));
  check_write(&defaults, "{");
}

static void no_members_are_nothing_to_write(void)
{
  struct pc_splice_defaults defaults;

  CHECK(pc_splice_defaults_read(&defaults, text_of(" {} ")) == PC_OK);
  check_write(&defaults, "{");
}

static void what_is_no_object_is_refused(void)
{
  static const char *const bad[] = {"",          "[]",         "1",
                                    "{",         "{\"a\":}",   "{\"a\":1",
                                    "{\"a\":1,", "{\"a\":1}}", "{\"a\":[1}"};

  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
    CHECK(read_object(bad[i]) == PC_INVALID_ARGUMENT);
}

static void as_many_members_as_there_is_room_for_are_taken(void)
{
  char object[256] = "{\"0\":0";

  for (int i = 1; i < PC_SPLICE_DEFAULTS_MAX; i++)
    snprintf(object + strlen(object), sizeof(object) - strlen(object),
             ",\"%x\":0", (unsigned)i);
  strncat(object, "}", 2);
  CHECK(read_object(object) == PC_OK);

  object[strlen(object) - 1] = '\0';
  strncat(object, ",\"z\":0}", 8);
  CHECK(read_object(object) == PC_INVALID_ARGUMENT);
}

static void a_ceiling_is_told(void)
{
  struct pc_splice_defaults defaults;
  struct pc_bytes out;
  struct pc_writer writer = {.out = &out};

  pc_bytes_init(&out, 4);
  CHECK(pc_splice_defaults_read(&defaults, text_of("{\"a\":1}")) == PC_OK);

  pc_splice_defaults_write(&defaults, &writer);
  CHECK(writer.status == PC_TOO_LARGE);
  pc_bytes_deinit(&out);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(only_members_whose_key_was_not_met_are_written),
      TEST(no_members_are_nothing_to_write), TEST(what_is_no_object_is_refused),
      TEST(as_many_members_as_there_is_room_for_are_taken),
      TEST(a_ceiling_is_told)};

  return HARNESS_RUN(tests);
}
