#include "harness.h"

#include "base/bytes.h"
#include "wire/json/reader.h"

static const char *const names[] = {"a", "b"};

enum { NAME_COUNT = 2 };

/* Opens the text and reads its first token. */
static struct pc_json_reader open_text(const char *text, struct pc_fault *fault)
{
  struct pc_json_reader reader;

  pc_json_reader_init(&reader, text, strlen(text), fault);
  CHECK(pc_json_reader_next(&reader) == PC_OK);
  return reader;
}

static bool is_value(const struct pc_json_value *value,
                     enum pc_json_token token,
                     const char *text)
{
  return value->token == token && value->size == strlen(text) &&
         memcmp(value->data, text, value->size) == 0;
}

static void members_are_found_in_any_order(void)
{
  struct pc_fault fault = {""};
  struct pc_json_value values[NAME_COUNT];
  struct pc_json_reader reader =
      open_text("{\"b\":-1.5,\"x\":[{\"a\":2}],\"a\":\"\\n\"}", &fault);

  CHECK(pc_json_reader_members(&reader, names, NAME_COUNT, values) == PC_OK);

  CHECK(is_value(&values[0], PC_JSON_STRING, "\\n"));
  CHECK(is_value(&values[1], PC_JSON_NUMBER, "-1.5"));
  CHECK(reader.token == PC_JSON_OBJECT_END);
  CHECK(pc_json_reader_next(&reader) == PC_OK && reader.token == PC_JSON_END);
}

static void a_member_that_is_missing_has_no_token(void)
{
  struct pc_fault fault = {""};
  struct pc_json_value values[NAME_COUNT];
  struct pc_json_reader reader = open_text("{\"\\u0061\":1,\"A\":2}", &fault);

  CHECK(pc_json_reader_members(&reader, names, NAME_COUNT, values) == PC_OK);

  CHECK(values[0].token == PC_JSON_END && values[1].token == PC_JSON_END);
}

static void the_first_member_of_a_name_counts(void)
{
  struct pc_fault fault = {""};
  struct pc_json_value values[NAME_COUNT];
  struct pc_json_reader reader = open_text("{\"a\":1,\"a\":{}}", &fault);

  CHECK(pc_json_reader_members(&reader, names, NAME_COUNT, values) == PC_OK);

  CHECK(is_value(&values[0], PC_JSON_NUMBER, "1"));
}

static void members_that_hold_containers_are_passed_over(void)
{
  struct pc_fault fault = {""};
  struct pc_json_value values[NAME_COUNT];
  struct pc_json_reader reader =
      open_text("{\"a\":[[],{\"b\":1}],\"b\":{\"b\":2}}", &fault);

  CHECK(pc_json_reader_members(&reader, names, NAME_COUNT, values) == PC_OK);

  CHECK(is_value(&values[0], PC_JSON_ARRAY_BEGIN, "["));
  CHECK(is_value(&values[1], PC_JSON_OBJECT_BEGIN, "{"));
  CHECK(reader.scan.depth == 0);
}

static enum pc_status
note_item(void *context, struct pc_json_reader *reader, uint32_t place)
{
  struct pc_bytes *notes = context;
  char note[32];

  snprintf(note, sizeof(note), "%u%c ", (unsigned)place,
           reader->text[reader->scan.start]);
  if (pc_bytes_append_text(notes, note) != PC_OK)
    return PC_NO_MEMORY;
  pc_json_reader_skip(reader);
  return PC_OK;
}

static void check_list(const char *text, uint32_t count, const char *expected)
{
  struct pc_fault fault = {""};
  struct pc_json_reader reader = open_text(text, &fault);
  struct pc_bytes notes;
  uint32_t seen = 99;

  pc_bytes_init(&notes, 4096);
  CHECK(pc_bytes_append_text(&notes, "") == PC_OK);
  CHECK(pc_json_reader_list(&reader, note_item, &notes, &seen) == PC_OK);
  CHECK_NUMBER(seen, count);
  CHECK_TEXT(notes.data, expected);
  CHECK(reader.token == PC_JSON_ARRAY_END);
  pc_bytes_deinit(&notes);
}

static void each_item_of_a_list_is_read_once(void)
{
  check_list("[]", 0, "");
  check_list("[1]", 1, "01 ");
  check_list("[ [[2]] , {\"a\":[]}, true ]", 3, "0[ 1{ 2t ");
}

static enum pc_status
refuse_second(void *context, struct pc_json_reader *reader, uint32_t place)
{
  (void)context;
  return place == 1 ? pc_fault_set(reader->fault, PC_PARSE_ERROR, "second")
                    : PC_OK;
}

static void a_refused_item_ends_the_list(void)
{
  struct pc_fault fault = {""};
  struct pc_json_reader reader = open_text("[1,2,3", &fault);
  uint32_t seen = 0;

  CHECK(pc_json_reader_list(&reader, refuse_second, NULL, &seen) ==
        PC_PARSE_ERROR);
  CHECK_TEXT(fault.reason, "second");
}

static void bad_text_is_named_wherever_it_stands(void)
{
  static const char *const texts[] = {"{\"a\":[1,]}", "{\"x\":{\"a\":tru}}",
                                      "{\"a\":1,}", "{\"a\"", "{"};

  for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
    struct pc_fault fault = {""};
    struct pc_json_value values[NAME_COUNT];
    struct pc_json_reader reader = open_text(texts[i], &fault);

    CHECK(pc_json_reader_members(&reader, names, NAME_COUNT, values) ==
          PC_PARSE_ERROR);
    CHECK(strncmp(fault.reason, "not JSON at byte", 16) == 0);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(members_are_found_in_any_order),
      TEST(a_member_that_is_missing_has_no_token),
      TEST(the_first_member_of_a_name_counts),
      TEST(members_that_hold_containers_are_passed_over),
      TEST(each_item_of_a_list_is_read_once),
      TEST(a_refused_item_ends_the_list),
      TEST(bad_text_is_named_wherever_it_stands)};

  return HARNESS_RUN(tests);
}
