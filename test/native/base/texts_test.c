#include "harness.h"

#include "base/texts.h"

static struct pc_texts store_for(uint32_t count)
{
  struct pc_texts texts;

  if (pc_texts_init(&texts, count) != PC_OK)
    abort();
  return texts;
}

static void add(struct pc_texts *texts, const char *text)
{
  if (pc_texts_add(texts, text, strlen(text)) != PC_OK)
    abort();
}

static void
check_text(const struct pc_texts *texts, uint32_t index, const char *expected)
{
  struct pc_text text = pc_texts_at(texts, index);

  if (CHECK_NUMBER(text.size, strlen(expected)))
    CHECK(memcmp(text.data, expected, text.size) == 0);
}

static void texts_come_back_by_index(void)
{
  struct pc_texts texts = store_for(3);

  add(&texts, "first");
  add(&texts, "second, longer");
  add(&texts, "3");

  CHECK_NUMBER(texts.count, 3);
  check_text(&texts, 2, "3");
  check_text(&texts, 0, "first");
  check_text(&texts, 1, "second, longer");
  pc_texts_deinit(&texts);
}

static void empty_texts_keep_their_place(void)
{
  struct pc_texts texts = store_for(4);

  add(&texts, "");
  add(&texts, "a");
  add(&texts, "");
  add(&texts, "b");

  check_text(&texts, 0, "");
  check_text(&texts, 1, "a");
  check_text(&texts, 2, "");
  check_text(&texts, 3, "b");
  pc_texts_deinit(&texts);
}

static void a_store_grows_when_its_size_was_not_known(void)
{
  struct pc_texts texts = store_for(0);
  char text[32];

  for (int i = 0; i < 1000; i++) {
    snprintf(text, sizeof(text), "text %d", i);
    CHECK(pc_texts_push(&texts, text, strlen(text)) == PC_OK);
  }

  CHECK_NUMBER(texts.count, 1000);
  check_text(&texts, 0, "text 0");
  check_text(&texts, 999, "text 999");
  pc_texts_deinit(&texts);
}

static void a_text_may_hold_a_nul(void)
{
  struct pc_texts texts = store_for(2);

  CHECK_NUMBER(pc_texts_add(&texts, "a\0b", 3), PC_OK);
  add(&texts, "c");

  CHECK_NUMBER(pc_texts_at(&texts, 0).size, 3);
  CHECK(memcmp(pc_texts_at(&texts, 0).data, "a\0b", 3) == 0);
  check_text(&texts, 1, "c");
  pc_texts_deinit(&texts);
}

static void a_text_written_in_place_ends_where_it_is_closed(void)
{
  struct pc_texts texts = store_for(2);

  add(&texts, "before");
  CHECK_NUMBER(pc_bytes_reserve(&texts.arena, 100), PC_OK);
  memcpy(texts.arena.data + texts.arena.size, "in place", 8);
  pc_texts_close_text(&texts, 8);

  CHECK_NUMBER(texts.count, 2);
  check_text(&texts, 0, "before");
  check_text(&texts, 1, "in place");
  pc_texts_deinit(&texts);
}

static void characters_are_code_points_not_bytes(void)
{
  struct pc_texts texts = store_for(3);

  add(&texts, "");
  add(&texts, "plain");
  add(&texts, "aö∑😀");

  CHECK_NUMBER(pc_texts_chars(&texts, 0), 0);
  CHECK_NUMBER(pc_texts_chars(&texts, 1), 5);
  CHECK_NUMBER(pc_texts_chars(&texts, 2), 4);
  pc_texts_deinit(&texts);
}

static void many_texts_survive_the_growth_of_the_arena(void)
{
  enum { COUNT = 2000 };
  struct pc_texts texts = store_for(COUNT);
  char text[32];

  for (int i = 0; i < COUNT; i++) {
    snprintf(text, sizeof(text), "text %d", i);
    add(&texts, text);
  }
  for (int i = 0; i < COUNT; i++) {
    snprintf(text, sizeof(text), "text %d", i);
    check_text(&texts, (uint32_t)i, text);
  }
  pc_texts_deinit(&texts);
}

static void a_store_for_none_is_empty(void)
{
  struct pc_texts texts = store_for(0);

  CHECK_NUMBER(texts.count, 0);
  pc_texts_deinit(&texts);
  CHECK(!texts.ends);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(texts_come_back_by_index),
      TEST(empty_texts_keep_their_place),
      TEST(a_store_grows_when_its_size_was_not_known),
      TEST(a_text_may_hold_a_nul),
      TEST(a_text_written_in_place_ends_where_it_is_closed),
      TEST(characters_are_code_points_not_bytes),
      TEST(many_texts_survive_the_growth_of_the_arena),
      TEST(a_store_for_none_is_empty),
  };

  return HARNESS_RUN(tests);
}
