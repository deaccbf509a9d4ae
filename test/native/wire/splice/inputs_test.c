#include "harness.h"

#include "wire/splice/inputs.h"

/* The shapes and sentences are tested in splice_request_test.c. */

static void read_value(struct pc_splice_inputs *inputs,
                       struct pc_json_scan *scan,
                       enum pc_splice_form form,
                       const char *value)
{
  struct pc_text text = {.data = value, .size = strlen(value)};
  enum pc_json_token token = PC_JSON_BAD;

  pc_json_scan_init(scan);
  token = pc_json_scan_next(scan, text.data, text.size, true);
  CHECK(pc_splice_inputs_init(inputs, form) == PC_OK);
  CHECK(pc_splice_inputs_read(inputs, scan, text, token) == PC_OK);
}

static void the_cut_is_what_the_inputs_and_commas_take_up(void)
{
  struct pc_splice_inputs inputs;
  struct pc_json_scan scan;

  read_value(&inputs, &scan, PC_SPLICE_EMBEDDINGS, " [ \"a\", \"b\" ]");
  CHECK_NUMBER(inputs.cut.start, 2);
  CHECK_NUMBER(inputs.cut.end, 12);
  CHECK_NUMBER(inputs.items.count, 2);
  pc_splice_inputs_deinit(&inputs);

  read_value(&inputs, &scan, PC_SPLICE_CLASSIFY, " [\"a\"]");
  CHECK_NUMBER(inputs.cut.start, 1);
  CHECK_NUMBER(inputs.cut.end, 6);
  CHECK_NUMBER(inputs.items.count, 1);
  pc_splice_inputs_deinit(&inputs);
}

static void a_complaint_leaves_the_scanner_behind_the_value(void)
{
  static const char value[] = "[[[{}]],{\"a\":[1]},null]";
  struct pc_splice_inputs inputs;
  struct pc_json_scan scan;

  read_value(&inputs, &scan, PC_SPLICE_CLASSIFY, value);

  CHECK(inputs.status == PC_BAD_BODY);
  CHECK_TEXT(inputs.fault.reason, "inputs[0][0] must be a string, got a list");
  CHECK(pc_json_scan_next(&scan, value, strlen(value), true) == PC_JSON_END);
  pc_splice_inputs_deinit(&inputs);
}

static void token_ids_are_not_kept(void)
{
  struct pc_splice_inputs inputs;
  struct pc_json_scan scan;

  read_value(&inputs, &scan, PC_SPLICE_EMBEDDINGS, "[[1,2],[3]]");

  CHECK(inputs.are_numbers);
  CHECK(inputs.status == PC_OK);
  CHECK_NUMBER(inputs.items.count, 0);
  pc_splice_inputs_deinit(&inputs);
}

static void a_cut_value_stays_with_the_scanner(void)
{
  static const char *const cut[] = {"[",  "[\"a\"",  "[\"a\",",
                                    "[[", "[[\"a\"", "[\"a"};

  for (size_t i = 0; i < sizeof(cut) / sizeof(*cut); i++) {
    struct pc_splice_inputs inputs;
    struct pc_json_scan scan;

    read_value(&inputs, &scan, PC_SPLICE_CLASSIFY, cut[i]);
    CHECK(pc_json_scan_next(&scan, cut[i], strlen(cut[i]), true) ==
          PC_JSON_BAD);
    pc_splice_inputs_deinit(&inputs);
  }
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(the_cut_is_what_the_inputs_and_commas_take_up),
      TEST(a_complaint_leaves_the_scanner_behind_the_value),
      TEST(token_ids_are_not_kept), TEST(a_cut_value_stays_with_the_scanner)};

  return HARNESS_RUN(tests);
}
