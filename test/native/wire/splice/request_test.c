#include "harness.h"

#include "wire/splice/request.h"

enum { TEXT_SIZE = 4096 };

static struct pc_text text_of(const char *text)
{
  return (struct pc_text){.data = text, .size = strlen(text)};
}

static void append(char *to, const char *text, size_t size)
{
  size_t used = strlen(to);

  snprintf(to + used, TEXT_SIZE - used, "%.*s", (int)size, text);
}

/* The body sent for all inputs, which stand between bars. */
static void show(const struct pc_splice_request *request, char *to)
{
  *to = '\0';
  append(to, request->prefix.data ? request->prefix.data : "",
         request->prefix.size);
  for (uint32_t i = 0; i < request->items.count; i++) {
    struct pc_text item = pc_texts_at(&request->items, i);

    append(to, "|", 1);
    append(to, item.data, item.size);
  }
  append(to, "|", 1);
  append(to, request->suffix.data ? request->suffix.data : "",
         request->suffix.size);
}

struct outcome {
  enum pc_status status;
  bool is_whole;
  uint32_t count;
  char shown[TEXT_SIZE]; /* or the fault */
  char url_path[64];
};

/* Reads from memory of just the body's size, so that ASan sees a step too far.
 */
static struct outcome
read_with(enum pc_splice_form form, const char *body, const char *defaults)
{
  size_t size = strlen(body);
  char *copy = malloc(size + 1);
  struct outcome outcome = {0};
  struct pc_splice_request request;
  struct pc_fault fault = {0};

  copy = realloc(copy, size ? size : 1);
  memcpy(copy, body, size);
  pc_splice_request_init(&request);
  outcome.status =
      pc_splice_request_read(form, (struct pc_text){.data = copy, .size = size},
                             text_of(defaults), &request, &fault);
  free(copy);
  outcome.is_whole = request.is_whole;
  outcome.count = request.items.count;
  show(&request, outcome.shown);
  if (outcome.status != PC_OK) {
    CHECK_TEXT(outcome.shown, "|");
    snprintf(outcome.shown, TEXT_SIZE, "%s", fault.reason);
  }
  snprintf(outcome.url_path, sizeof(outcome.url_path), "%s",
           request.url_path.data ? request.url_path.data : "");
  pc_splice_request_deinit(&request);
  return outcome;
}

static void
check_cut(enum pc_splice_form form, const char *body, const char *expected)
{
  struct outcome outcome = read_with(form, body, "{}");

  CHECK(outcome.status == PC_OK);
  CHECK_TEXT(outcome.shown, expected);
}

static void
check_bad(enum pc_splice_form form, const char *body, const char *reason)
{
  struct outcome outcome = read_with(form, body, "{\"model\":\"m\"}");

  CHECK(outcome.status == PC_BAD_BODY);
  CHECK_TEXT(outcome.shown, reason);
}

static void embeddings_inputs_keep_their_own_text(void)
{
  check_cut(PC_SPLICE_EMBEDDINGS, "{\"input\":[\"a\",\"b\\n\xc3\xa9\"]}",
            "{\"input\":[|\"a\"|\"b\\n\xc3\xa9\"|]}");
  check_cut(PC_SPLICE_EMBEDDINGS,
            " { \"x\" : 1.50 , \"input\" : [ \"a\" , \"\" ] , \"y\":{} } ",
            " { \"x\" : 1.50 , \"input\" : [|\"a\"|\"\"|] , \"y\":{} } ");
}

static void one_string_is_sent_without_brackets(void)
{
  struct outcome outcome =
      read_with(PC_SPLICE_EMBEDDINGS, "{\"input\": \"a\", \"n\":1}", "{}");

  CHECK_TEXT(outcome.shown, "{\"input\": |\"a\"|, \"n\":1}");
  CHECK_NUMBER(outcome.count, 1);
  CHECK(!outcome.is_whole);
}

static void rerank_texts_are_cut_around_their_query(void)
{
  check_cut(PC_SPLICE_RERANK,
            "{\"texts\":[\"a\",\"b\"],\"query\":\"q\",\"return_text\":true}",
            "{\"texts\":[|\"a\"|\"b\"|],\"query\":\"q\",\"return_text\":true}");
}

static void classify_lists_of_texts_are_one_input_each(void)
{
  struct outcome outcome = read_with(
      PC_SPLICE_CLASSIFY,
      "{\"inputs\":[[\"a\", \"b\"],[\"c\"]],\"raw_scores\":true}", "{}");

  CHECK_TEXT(outcome.shown,
             "{\"inputs\":[|[\"a\", \"b\"]|[\"c\"]|],\"raw_scores\":true}");
  CHECK(!outcome.is_whole);
}

static void classify_texts_and_pairs_are_sent_whole(void)
{
  struct outcome text =
      read_with(PC_SPLICE_CLASSIFY, "{\"inputs\": \"a\" }", "{}");
  struct outcome pair =
      read_with(PC_SPLICE_CLASSIFY, "{\"inputs\":[ \"a\",\"b\"]}", "{}");

  CHECK(text.is_whole && pair.is_whole);
  CHECK_NUMBER(text.count, 1);
  CHECK_NUMBER(pair.count, 1);
  CHECK_TEXT(text.shown, "{\"inputs\": |\"a\"| }");
  CHECK_TEXT(pair.shown, "{\"inputs\":|[ \"a\",\"b\"]|}");
}

static void generic_payloads_are_any_values_and_sent_alone(void)
{
  struct outcome outcome =
      read_with(PC_SPLICE_GENERIC,
                "{\"payloads\":[{\"a\":[1]}, null ,\"x\",1.50,[]],\"more\":1,"
                "\"url_path\":\" v1\\/predict\"}",
                "not looked at");

  CHECK(outcome.status == PC_OK);
  CHECK_TEXT(outcome.shown, "|{\"a\":[1]}|null|\"x\"|1.50|[]|");
  CHECK_TEXT(outcome.url_path, "/v1/predict");
  CHECK(!outcome.is_whole);
}

static void missing_members_are_added_behind_the_brace(void)
{
  static const char defaults[] = "{\"model\":\"m\",\"raw\":false}";
  struct outcome none =
      read_with(PC_SPLICE_EMBEDDINGS, "{ \"input\":[\"a\"]}", defaults);
  struct outcome one =
      read_with(PC_SPLICE_EMBEDDINGS,
                "{\"input\":[\"a\"],\"\\u006dodel\":null}", defaults);
  struct outcome nested =
      read_with(PC_SPLICE_EMBEDDINGS,
                "{\"x\":{\"raw\":1},\"model\":1,\"input\":[\"a\"]}", defaults);

  CHECK_TEXT(none.shown,
             "{\"model\":\"m\",\"raw\":false, \"input\":[|\"a\"|]}");
  CHECK_TEXT(one.shown,
             "{\"raw\":false,\"input\":[|\"a\"|],\"\\u006dodel\":null}");
  CHECK_TEXT(nested.shown, "{\"raw\":false,\"x\":{\"raw\":1},\"model\":1,"
                           "\"input\":[|\"a\"|]}");
}

static void bad_default_members_are_our_own_mistake(void)
{
  struct outcome outcome =
      read_with(PC_SPLICE_EMBEDDINGS, "{\"input\":[\"a\"]}", "[]");

  CHECK(outcome.status == PC_INVALID_ARGUMENT);
  CHECK_TEXT(outcome.shown, "bad default members");
}

static void a_byte_order_mark_is_left_out(void)
{
  check_cut(PC_SPLICE_EMBEDDINGS, "\xef\xbb\xbf{\"input\":[\"a\"]}",
            "{\"input\":[|\"a\"|]}");
}

static void an_escaped_name_is_the_same_name(void)
{
  check_cut(PC_SPLICE_EMBEDDINGS, "{\"\\u0069nput\":[\"a\"]}",
            "{\"\\u0069nput\":[|\"a\"|]}");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[\"a\"],\"\\u0069nput\":[\"b\"]}",
            "input came twice");
}

static void token_ids_are_told_and_leave_nothing(void)
{
  static const char *const bodies[] = {
      "{\"input\":[1,2,3]}", "{\"input\":[[1,2],[0]]}",
      "{\"input\": [ 7 ], \"model\":\"m\"}", "{\"input\":[99999999999999]}"};

  for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
    CHECK(read_with(PC_SPLICE_EMBEDDINGS, bodies[i], "{}").status ==
          PC_TOKEN_INPUTS);
}

static void a_body_of_token_ids_is_still_checked_to_its_end(void)
{
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[1,2],}",
            "not JSON at byte 15: a member name was expected");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[1,2],\"input\":[1]}",
            "input came twice");
}

static void inputs_of_the_wrong_type_are_named(void)
{
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":5}",
            "input must be a string, a list of strings or token ids, got a "
            "number");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":{}}",
            "input must be a string, a list of strings or token ids, got an "
            "object");
  check_bad(PC_SPLICE_RERANK, "{\"query\":\"q\",\"texts\":\"a\"}",
            "texts must be a list of strings, got a string");
  check_bad(PC_SPLICE_CLASSIFY, "{\"inputs\":true}",
            "inputs must be a string, a list of strings or a list of lists, "
            "got a boolean");
  check_bad(PC_SPLICE_GENERIC, "{\"payloads\":{\"a\":1},\"url_path\":\"a\"}",
            "payloads must be a list, got an object");
}

static void elements_of_the_wrong_type_are_named(void)
{
  check_bad(PC_SPLICE_RERANK,
            "{\"query\":\"q\",\"texts\":[\"a\",\"b\",1,null]}",
            "texts[2] must be a string, got a number");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[null]}",
            "input[0] must be a string or token ids, got null");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[\"a\",1]}",
            "input[1] must be a string, got a number");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[1,\"a\"]}",
            "input[1] must be a token id, got a string");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[[1],2]}",
            "input[1] must be a list of token ids, got a number");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[[1],[2,\"a\"]]}",
            "input[1][1] must be a token id, got a string");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[1,-1]}",
            "input[1] must be a token id, got -1");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[[1.5]]}",
            "input[0][0] must be a token id, got 1.5");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[1e3]}",
            "input[0] must be a token id, got 1e3");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[[\"a\"]]}",
            "input[0][0] must be a token id, got a string");
  check_bad(PC_SPLICE_CLASSIFY, "{\"inputs\":[[\"a\"],\"b\"]}",
            "inputs[1] must be a list of strings, got a string");
  check_bad(PC_SPLICE_CLASSIFY, "{\"inputs\":[\"a\",[\"b\"]]}",
            "inputs[1] must be a string, got a list");
  check_bad(PC_SPLICE_CLASSIFY, "{\"inputs\":[[\"a\"],[\"b\",{}]]}",
            "inputs[1][1] must be a string, got an object");
  check_bad(PC_SPLICE_CLASSIFY, "{\"inputs\":[1]}",
            "inputs[0] must be a string or a list of strings, got a number");
}

static void empty_lists_are_refused(void)
{
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[]}", "input must not be empty");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[[1],[]]}",
            "input[1] must not be empty");
  check_bad(PC_SPLICE_RERANK, "{\"query\":\"q\",\"texts\":[ ]}",
            "texts must not be empty");
  check_bad(PC_SPLICE_CLASSIFY, "{\"inputs\":[[]]}",
            "inputs[0] must not be empty");
  check_bad(PC_SPLICE_GENERIC, "{\"payloads\":[],\"url_path\":\"/\"}",
            "payloads must not be empty");
}

static void missing_and_repeated_members_are_named(void)
{
  check_bad(PC_SPLICE_EMBEDDINGS, "{}", "input is missing");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"Input\":[\"a\"]}", "input is missing");
  check_bad(PC_SPLICE_CLASSIFY, "{\"x\":{\"inputs\":\"a\"}}",
            "inputs is missing");
  check_bad(PC_SPLICE_RERANK, "{\"texts\":[\"a\"]}", "query is missing");
  check_bad(PC_SPLICE_RERANK, "{\"query\":[\"q\"],\"texts\":[\"a\"]}",
            "query must be a string, got a list");
  check_bad(PC_SPLICE_RERANK,
            "{\"query\":\"q\",\"texts\":[\"a\"],\"query\":\"q\"}",
            "query came twice");
  check_bad(PC_SPLICE_RERANK,
            "{\"query\":\"q\",\"texts\":[\"a\"],\"texts\":[\"b\"]}",
            "texts came twice");
}

static void a_body_that_is_no_object_is_refused(void)
{
  check_bad(PC_SPLICE_EMBEDDINGS, "[\"a\"]",
            "the body must be an object, got a list");
  check_bad(PC_SPLICE_EMBEDDINGS, "null",
            "the body must be an object, got null");
  check_bad(PC_SPLICE_EMBEDDINGS, "",
            "not JSON at byte 0: the text ends too early");
  check_bad(PC_SPLICE_EMBEDDINGS, "{\"input\":[\"a\"]} x",
            "not JSON at byte 16: nothing may follow the value");
}

static void a_cut_body_is_refused_at_every_length(void)
{
  static const char body[] =
      "{\"query\":\"q\",\"texts\":[\"a\",\"b\"],\"x\":[1]}";

  for (size_t size = 0; size < sizeof(body) - 1; size++) {
    char cut[sizeof(body)];

    snprintf(cut, sizeof(cut), "%.*s", (int)size, body);
    CHECK(read_with(PC_SPLICE_RERANK, cut, "{}").status == PC_BAD_BODY);
  }
}

static void what_is_no_batch_is_told_apart_from_a_bad_one(void)
{
  static const char *const others[] = {
      "",
      "text",
      "[1]",
      "{}",
      "{\"payloads\":[1]}",
      "{\"url_path\":\"/a\"}",
      "{\"url_path\":1,\"payloads\":5",
      "{\"x\":{\"url_path\":\"/a\",\"payloads\":[1]}}"};

  for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
    CHECK(read_with(PC_SPLICE_GENERIC, others[i], "{}").status ==
          PC_NOT_A_BATCH);
  check_bad(PC_SPLICE_GENERIC, "{\"url_path\":1,\"payloads\":[1]}",
            "url_path must be a string, got a number");
  check_bad(PC_SPLICE_GENERIC, "{\"url_path\":\"//x\",\"payloads\":[1]}",
            "url_path must not begin with //");
  check_bad(PC_SPLICE_GENERIC,
            "{\"url_path\":\"/\",\"url_path\":\"/\",\"payloads\":[1]}",
            "url_path came twice");
}

static void nesting_has_an_end(void)
{
  char body[2 * 600 + 64] = "{\"payloads\":[";

  memset(body + strlen(body), '[', 600);
  CHECK(read_with(PC_SPLICE_GENERIC, body, "{}").status == PC_NOT_A_BATCH);
  memcpy(body, "{\"input\":[[[[", 13);
  check_bad(PC_SPLICE_EMBEDDINGS, body,
            "not JSON at byte 520: nested deeper than 512");
}

static void a_request_can_be_read_again(void)
{
  struct pc_splice_request request;
  struct pc_fault fault;

  pc_splice_request_init(&request);
  CHECK(pc_splice_request_read(PC_SPLICE_CLASSIFY,
                               text_of("{\"inputs\":\"a\"}"), text_of("{}"),
                               &request, &fault) == PC_OK);
  CHECK(request.is_whole);
  CHECK(pc_splice_request_read(PC_SPLICE_EMBEDDINGS,
                               text_of("{\"input\":[\"b\",\"c\"]}"),
                               text_of("{}"), &request, &fault) == PC_OK);
  CHECK(!request.is_whole);
  CHECK_NUMBER(request.items.count, 2);
  CHECK_TEXT(request.prefix.data, "{\"input\":[");
  pc_splice_request_deinit(&request);
}

static void characters_of_an_input_are_counted(void)
{
  CHECK_NUMBER(pc_splice_chars(text_of("[\"a\\u00e9\",\"\\ud83d\\ude00\"]")),
               3);
}

/* Any list of texts, written with any blanks, comes back text by text. */
static void random_lists_come_back_text_by_text(void)
{
  static const char *const texts[] = {"\"\"",         "\"a,b\"",
                                      "\"]\"",        "\"\\\"[\\\\\"",
                                      "\"\xc3\xa9\"", "\"\\u005d, \\\"\""};
  static const char *const blanks[] = {"", "", " ", "\n\t", "      "};
  uint64_t state = 3;

  for (long round = harness_rounds(500); round; round--) {
    char body[TEXT_SIZE] = "{\"q\":[],\"input\":[";
    char expected[TEXT_SIZE] = "{\"q\":[],\"input\":[";
    uint64_t count = 1 + harness_random(&state) % 20;

    for (uint64_t i = 0; i < count; i++) {
      const char *text = texts[harness_random(&state) % 6];
      const char *before = blanks[harness_random(&state) % 5];
      const char *behind = blanks[harness_random(&state) % 5];

      append(body, i ? "," : "", 1);
      append(body, before, strlen(before));
      append(body, text, strlen(text));
      append(body, behind, strlen(behind));
      append(expected, "|", 1);
      append(expected, text, strlen(text));
    }
    append(body, "]}", 2);
    append(expected, "|]}", 3);
    check_cut(PC_SPLICE_EMBEDDINGS, body, expected);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(embeddings_inputs_keep_their_own_text),
      TEST(one_string_is_sent_without_brackets),
      TEST(rerank_texts_are_cut_around_their_query),
      TEST(classify_lists_of_texts_are_one_input_each),
      TEST(classify_texts_and_pairs_are_sent_whole),
      TEST(generic_payloads_are_any_values_and_sent_alone),
      TEST(missing_members_are_added_behind_the_brace),
      TEST(bad_default_members_are_our_own_mistake),
      TEST(a_byte_order_mark_is_left_out),
      TEST(an_escaped_name_is_the_same_name),
      TEST(token_ids_are_told_and_leave_nothing),
      TEST(a_body_of_token_ids_is_still_checked_to_its_end),
      TEST(inputs_of_the_wrong_type_are_named),
      TEST(elements_of_the_wrong_type_are_named),
      TEST(empty_lists_are_refused),
      TEST(missing_and_repeated_members_are_named),
      TEST(a_body_that_is_no_object_is_refused),
      TEST(a_cut_body_is_refused_at_every_length),
      TEST(what_is_no_batch_is_told_apart_from_a_bad_one),
      TEST(nesting_has_an_end),
      TEST(a_request_can_be_read_again),
      TEST(characters_of_an_input_are_counted),
      TEST(random_lists_come_back_text_by_text)};

  return HARNESS_RUN(tests);
}
