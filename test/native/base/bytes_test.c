#include "harness.h"

#include "base/bytes.h"

/* A run that holds `text`. */
static struct pc_bytes made_of(const char *text, size_t ceiling)
{
  struct pc_bytes bytes;

  pc_bytes_init(&bytes, ceiling);
  if (pc_bytes_append_text(&bytes, text) != PC_OK)
    abort();
  return bytes;
}

static void check_content(const struct pc_bytes *bytes, const char *expected)
{
  CHECK_NUMBER(bytes->size, strlen(expected));
  CHECK_TEXT(bytes->data, expected);
}

static void what_is_appended_stands_in_order(void)
{
  struct pc_bytes bytes = made_of("one ", 100);

  CHECK_NUMBER(pc_bytes_append(&bytes, "two three", 3), PC_OK);
  CHECK_NUMBER(pc_bytes_append(&bytes, NULL, 0), PC_OK);
  CHECK_NUMBER(pc_bytes_append_text(&bytes, " 3"), PC_OK);
  check_content(&bytes, "one two 3");
  pc_bytes_deinit(&bytes);
}

static void a_new_run_owns_nothing(void)
{
  struct pc_bytes bytes;

  pc_bytes_init(&bytes, 10);
  CHECK(!bytes.data);
  pc_bytes_clear(&bytes);
  pc_bytes_drop_front(&bytes, 0);
  CHECK(!bytes.data);
  pc_bytes_deinit(&bytes);
}

static void reserving_nothing_still_gives_a_string(void)
{
  struct pc_bytes bytes;

  pc_bytes_init(&bytes, 0);
  CHECK_NUMBER(pc_bytes_reserve(&bytes, 0), PC_OK);
  check_content(&bytes, "");
  pc_bytes_deinit(&bytes);
}

static void growing_keeps_the_content_and_the_sentinel(void)
{
  struct pc_bytes bytes;

  pc_bytes_init(&bytes, 5000);
  for (size_t i = 0; i < 5000; i++) {
    char byte = (char)('a' + i % 26);

    CHECK_NUMBER(pc_bytes_append(&bytes, &byte, 1), PC_OK);
    if (!CHECK_NUMBER(bytes.data[i + 1], 0))
      break;
  }
  for (size_t i = 0; i < 5000; i++)
    if (!CHECK_NUMBER(bytes.data[i], 'a' + i % 26))
      break;
  pc_bytes_deinit(&bytes);
}

static void reserved_room_can_be_written_and_sized(void)
{
  struct pc_bytes bytes = made_of("ab", 1000);

  CHECK_NUMBER(pc_bytes_reserve(&bytes, 998), PC_OK);
  CHECK(bytes.capacity >= 1000);
  memset(bytes.data + 2, 'c', 998);
  pc_bytes_set_size(&bytes, 4);
  check_content(&bytes, "abcc");
  pc_bytes_deinit(&bytes);
}

static void growth_stops_at_the_ceiling_and_keeps_the_content(void)
{
  struct pc_bytes bytes = made_of("12345", 8);

  CHECK_NUMBER(pc_bytes_append_text(&bytes, "6789"), PC_TOO_LARGE);
  check_content(&bytes, "12345");
  CHECK_NUMBER(pc_bytes_append_text(&bytes, "678"), PC_OK);
  check_content(&bytes, "12345678");
  CHECK_NUMBER(pc_bytes_reserve(&bytes, 0), PC_OK);
  CHECK_NUMBER(pc_bytes_reserve(&bytes, 1), PC_TOO_LARGE);
  CHECK(bytes.capacity <= 8);
  pc_bytes_deinit(&bytes);
}

static void absurd_sizes_do_not_wrap_around(void)
{
  struct pc_bytes bytes = made_of("12345", 1 << 20);

  CHECK_NUMBER(pc_bytes_reserve(&bytes, SIZE_MAX), PC_TOO_LARGE);
  CHECK_NUMBER(pc_bytes_reserve(&bytes, SIZE_MAX - 4), PC_TOO_LARGE);
  check_content(&bytes, "12345");
  pc_bytes_deinit(&bytes);
}

static void clearing_forgets_the_content_and_keeps_the_memory(void)
{
  struct pc_bytes bytes = made_of("gone", 100);
  char *memory = bytes.data;

  pc_bytes_clear(&bytes);
  check_content(&bytes, "");
  CHECK_NUMBER(pc_bytes_append_text(&bytes, "new"), PC_OK);
  CHECK(bytes.data == memory);
  check_content(&bytes, "new");
  pc_bytes_deinit(&bytes);
}

static void a_run_can_be_used_again_after_deinit(void)
{
  struct pc_bytes bytes = made_of("old", 3);

  pc_bytes_deinit(&bytes);
  CHECK(!bytes.data);
  CHECK_NUMBER(bytes.size, 0);
  CHECK_NUMBER(pc_bytes_append_text(&bytes, "four"), PC_TOO_LARGE);
  CHECK_NUMBER(pc_bytes_append_text(&bytes, "new"), PC_OK);
  check_content(&bytes, "new");
  pc_bytes_deinit(&bytes);
}

static void dropping_the_front_moves_the_rest_down(void)
{
  struct pc_bytes bytes = made_of("read unread", 100);

  pc_bytes_drop_front(&bytes, 0);
  check_content(&bytes, "read unread");
  pc_bytes_drop_front(&bytes, 5);
  check_content(&bytes, "unread");
  pc_bytes_drop_front(&bytes, 6);
  check_content(&bytes, "");
  pc_bytes_deinit(&bytes);
}

static void moving_hands_over_the_memory_and_empties_the_source(void)
{
  struct pc_bytes to = made_of("replaced", 100);
  struct pc_bytes from = made_of("moved", 200);
  char *memory = from.data;

  pc_bytes_move(&to, &from);

  CHECK(to.data == memory);
  check_content(&to, "moved");
  CHECK(!from.data);
  CHECK_NUMBER(from.size, 0);
  CHECK_NUMBER(from.ceiling, 200);
  pc_bytes_deinit(&to);
}

static void cutting_keeps_the_beginning_and_little_memory(void)
{
  struct pc_bytes bytes = made_of("0123456789", 100);

  pc_bytes_cut(&bytes, 20);
  check_content(&bytes, "0123456789");
  pc_bytes_cut(&bytes, 4);

  check_content(&bytes, "0123");
  CHECK_NUMBER(bytes.capacity, 4);
  CHECK_NUMBER(pc_bytes_append(&bytes, "x", 1), PC_OK);
  check_content(&bytes, "0123x");
  pc_bytes_deinit(&bytes);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(what_is_appended_stands_in_order),
      TEST(a_new_run_owns_nothing),
      TEST(reserving_nothing_still_gives_a_string),
      TEST(growing_keeps_the_content_and_the_sentinel),
      TEST(reserved_room_can_be_written_and_sized),
      TEST(growth_stops_at_the_ceiling_and_keeps_the_content),
      TEST(absurd_sizes_do_not_wrap_around),
      TEST(clearing_forgets_the_content_and_keeps_the_memory),
      TEST(a_run_can_be_used_again_after_deinit),
      TEST(dropping_the_front_moves_the_rest_down),
      TEST(cutting_keeps_the_beginning_and_little_memory),
      TEST(moving_hands_over_the_memory_and_empties_the_source),
  };

  return HARNESS_RUN(tests);
}
