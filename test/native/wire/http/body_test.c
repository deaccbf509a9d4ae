#include "harness.h"

#include "base/bytes.h"
#include "base/texts.h"
#include "wire/http/body.h"

#define PART(literal)                                                          \
  {                                                                            \
    .data = (literal), .size = sizeof(literal) - 1                             \
  }

static const struct pc_body_frame embed_frame = {
    .prefix = PART("{\"input\":["),
    .suffix = PART("],\"model\":\"m\"}"),
};

static const struct pc_body_frame classify_frame = {
    .prefix = PART("{\"inputs\":["),
    .open = PART("["),
    .close = PART("]"),
    .suffix = PART("],\"raw_scores\":false}"),
};

/* The texts "a", "", "say \"hi\"" and "ö". */
static void fill(struct pc_texts *texts)
{
  static const char *const all[] = {"a", "", "say \"hi\"", "ö"};

  if (pc_texts_init(texts, 4) != PC_OK)
    abort();
  for (size_t i = 0; i < 4; i++)
    if (pc_texts_add(texts, all[i], strlen(all[i])) != PC_OK)
      abort();
}

static void check_body(const struct pc_body_frame *frame,
                       uint32_t first,
                       uint32_t count,
                       const char *expected)
{
  struct pc_texts texts;
  struct pc_bytes out;

  fill(&texts);
  pc_bytes_init(&out, strlen(expected));
  CHECK_NUMBER(pc_body_write(frame, &texts, first, count, &out), PC_OK);
  CHECK_TEXT(out.data, expected);
  pc_bytes_deinit(&out);
  pc_texts_deinit(&texts);
}

static void inputs_stand_between_prefix_and_suffix(void)
{
  check_body(
      &embed_frame, 0, 4,
      "{\"input\":[\"a\",\"\",\"say \\\"hi\\\"\",\"ö\"],\"model\":\"m\"}");
}

static void each_input_gets_its_own_brackets_when_the_frame_has_them(void)
{
  check_body(&classify_frame, 0, 3,
             "{\"inputs\":[[\"a\"],[\"\"],[\"say \\\"hi\\\"\"]],"
             "\"raw_scores\":false}");
}

static void only_the_texts_of_the_batch_are_written(void)
{
  check_body(&embed_frame, 0, 1, "{\"input\":[\"a\"],\"model\":\"m\"}");
  check_body(&embed_frame, 3, 1, "{\"input\":[\"ö\"],\"model\":\"m\"}");
  check_body(&classify_frame, 1, 2,
             "{\"inputs\":[[\"\"],[\"say \\\"hi\\\"\"]],\"raw_scores\":false}");
}

static void a_batch_of_none_is_an_empty_list(void)
{
  check_body(&embed_frame, 0, 0, "{\"input\":[],\"model\":\"m\"}");
}

static void a_second_body_replaces_the_first(void)
{
  struct pc_texts texts;
  struct pc_bytes out;

  fill(&texts);
  pc_bytes_init(&out, 1 << 10);
  CHECK_NUMBER(pc_body_write(&classify_frame, &texts, 0, 4, &out), PC_OK);
  CHECK_NUMBER(pc_body_write(&embed_frame, &texts, 0, 1, &out), PC_OK);
  CHECK_TEXT(out.data, "{\"input\":[\"a\"],\"model\":\"m\"}");
  pc_bytes_deinit(&out);
  pc_texts_deinit(&texts);
}

static void a_body_past_the_ceiling_is_refused(void)
{
  static const char whole[] =
      "{\"inputs\":[[\"a\"],[\"\"],[\"say \\\"hi\\\"\"],[\"ö\"]],"
      "\"raw_scores\":false}";
  struct pc_texts texts;

  fill(&texts);
  for (size_t ceiling = 0; ceiling < sizeof(whole); ceiling++) {
    bool fits = ceiling == sizeof(whole) - 1;
    struct pc_bytes out;

    pc_bytes_init(&out, ceiling);
    CHECK_NUMBER(pc_body_write(&classify_frame, &texts, 0, 4, &out),
                 fits ? PC_OK : PC_TOO_LARGE);
    pc_bytes_deinit(&out);
  }
  pc_texts_deinit(&texts);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(inputs_stand_between_prefix_and_suffix),
      TEST(each_input_gets_its_own_brackets_when_the_frame_has_them),
      TEST(only_the_texts_of_the_batch_are_written),
      TEST(a_batch_of_none_is_an_empty_list),
      TEST(a_second_body_replaces_the_first),
      TEST(a_body_past_the_ceiling_is_refused),
  };

  return HARNESS_RUN(tests);
}
