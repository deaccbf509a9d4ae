#include "harness.h"

#include "wire/vectors/vectors.h"

/* AddressSanitizer asks for this: malloc shall fail as it does without it. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
  return "allocator_may_return_null=1";
}

static void put(struct pc_vectors *vectors, uint32_t row, const char *text)
{
  CHECK(pc_vectors_put(vectors, row, text, strlen(text)) == PC_OK);
}

/* Is row `row` exactly `text`? */
static bool
holds(const struct pc_vectors *vectors, uint32_t row, const char *text)
{
  struct pc_vector_place place = pc_vectors_place(vectors, row);

  return place.size == strlen(text) &&
         place.offset + place.size <= vectors->size &&
         memcmp(vectors->data + place.offset, text, place.size) == 0;
}

static void allocates_nothing_before_the_first_row(void)
{
  struct pc_vectors vectors;

  pc_vectors_init(&vectors, 1000);

  CHECK(vectors.data == NULL);
  CHECK_NUMBER(vectors.row_size, 0);
  CHECK_NUMBER(pc_vectors_place(&vectors, 999).size, 0);
  CHECK(!pc_vectors_are_ragged(&vectors));
  pc_vectors_deinit(&vectors);
}

static void rows_of_one_size_make_a_matrix_in_any_order(void)
{
  struct pc_vectors vectors;

  pc_vectors_init(&vectors, 3);
  put(&vectors, 2, "cccc");
  put(&vectors, 0, "aaaa");
  put(&vectors, 1, "bbbb");

  CHECK(!pc_vectors_are_ragged(&vectors));
  CHECK_NUMBER(vectors.row_size, 4);
  CHECK_NUMBER(vectors.size, 12);
  CHECK(memcmp(vectors.data, "aaaabbbbcccc", 12) == 0);
  CHECK_NUMBER(pc_vectors_place(&vectors, 2).offset, 8);
  pc_vectors_deinit(&vectors);
}

static void a_row_that_was_never_put_has_size_0(void)
{
  struct pc_vectors vectors;

  pc_vectors_init(&vectors, 200);
  put(&vectors, 130, "abcd");

  CHECK_NUMBER(pc_vectors_place(&vectors, 129).size, 0);
  CHECK_NUMBER(pc_vectors_place(&vectors, 130).size, 4);
  put(&vectors, 7, "ragged");
  CHECK_NUMBER(pc_vectors_place(&vectors, 129).size, 0);
  CHECK_NUMBER(pc_vectors_place(&vectors, 130).size, 4);
  pc_vectors_deinit(&vectors);
}

static void putting_a_row_again_replaces_it_in_place(void)
{
  struct pc_vectors vectors;

  pc_vectors_init(&vectors, 2);
  put(&vectors, 0, "aaaa");
  put(&vectors, 1, "bbbb");
  put(&vectors, 0, "AAAA");

  CHECK(memcmp(vectors.data, "AAAAbbbb", 8) == 0);
  CHECK_NUMBER(vectors.size, 8);
  pc_vectors_deinit(&vectors);
}

static void turning_ragged_keeps_the_rows_put_before(void)
{
  struct pc_vectors vectors;

  pc_vectors_init(&vectors, 5);
  put(&vectors, 4, "eeee");
  put(&vectors, 1, "bbbb");
  put(&vectors, 2, "a row of another size, longer than all the matrix was");
  put(&vectors, 0, "a");

  CHECK(pc_vectors_are_ragged(&vectors));
  CHECK_NUMBER(vectors.row_size, 0);
  CHECK(holds(&vectors, 0, "a"));
  CHECK(holds(&vectors, 1, "bbbb"));
  CHECK(holds(&vectors, 2,
              "a row of another size, longer than all the matrix was"));
  CHECK(holds(&vectors, 3, ""));
  CHECK(holds(&vectors, 4, "eeee"));
  pc_vectors_deinit(&vectors);
}

static void a_ragged_store_holds_no_byte_that_nobody_wrote(void)
{
  struct pc_vectors vectors;

  pc_vectors_init(&vectors, 1000);
  put(&vectors, 999, "zzzz");
  put(&vectors, 0, "bb");

  CHECK_NUMBER(vectors.size, 6);
  CHECK(memcmp(vectors.data, "zzzzbb", 6) == 0);
  pc_vectors_deinit(&vectors);
}

static void rows_of_a_ragged_store_can_be_replaced_too(void)
{
  struct pc_vectors vectors;

  pc_vectors_init(&vectors, 3);
  put(&vectors, 0, "aaaa");
  put(&vectors, 1, "bb");
  put(&vectors, 0, "AAAA");
  put(&vectors, 1, "BBBBBB");
  put(&vectors, 2, "cc");
  put(&vectors, 0, "a");

  CHECK(holds(&vectors, 0, "a"));
  CHECK_NUMBER(vectors.size, 4 + 2 + 6 + 2);
  CHECK(holds(&vectors, 1, "BBBBBB"));
  CHECK(holds(&vectors, 2, "cc"));
  pc_vectors_deinit(&vectors);
}

static void a_ragged_store_grows_as_far_as_needed(void)
{
  enum { ROWS = 500 };
  struct pc_vectors vectors;
  unsigned char row[ROWS];

  pc_vectors_init(&vectors, ROWS);
  for (uint32_t i = 0; i < ROWS; i++) {
    memset(row, (int)(i % 251), sizeof(row));
    CHECK(pc_vectors_put(&vectors, i, row, i + 1) == PC_OK);
  }

  for (uint32_t i = 0; i < ROWS; i++) {
    struct pc_vector_place place = pc_vectors_place(&vectors, i);

    CHECK_NUMBER(place.size, i + 1);
    CHECK_NUMBER(vectors.data[place.offset], i % 251);
    CHECK_NUMBER(vectors.data[place.offset + i], i % 251);
  }
  pc_vectors_deinit(&vectors);
}

static void a_row_may_be_empty_wherever_it_stands(void)
{
  struct pc_vectors first;
  struct pc_vectors later;

  pc_vectors_init(&first, 2);
  put(&first, 0, "");
  CHECK(pc_vectors_are_ragged(&first));
  CHECK_NUMBER(first.size, 0);
  put(&first, 1, "bb");
  CHECK(holds(&first, 1, "bb"));
  CHECK_NUMBER(pc_vectors_place(&first, 0).size, 0);

  pc_vectors_init(&later, 3);
  put(&later, 0, "aa");
  put(&later, 2, "");
  put(&later, 1, "bb");
  CHECK(holds(&later, 0, "aa"));
  CHECK(holds(&later, 1, "bb"));
  CHECK_NUMBER(pc_vectors_place(&later, 2).size, 0);
  pc_vectors_deinit(&first);
  pc_vectors_deinit(&later);
}

static void a_matrix_beyond_16_gib_is_refused(void)
{
  static const size_t row_sizes[] = {SIZE_MAX / 1000, (size_t)1 << 24, 5};
  const char row[1] = {0};

  for (size_t i = 0; i < sizeof(row_sizes) / sizeof(*row_sizes); i++) {
    struct pc_vectors vectors;

    pc_vectors_init(&vectors, UINT32_MAX);
    CHECK(pc_vectors_put(&vectors, 0, row, row_sizes[i]) == PC_TOO_LARGE);
    CHECK(vectors.data == NULL);
    CHECK_NUMBER(pc_vectors_place(&vectors, 0).size, 0);
    pc_vectors_deinit(&vectors);
  }
}

/* Large enough for pages of their own size, of which some are never reached. */
static void a_large_matrix_keeps_its_rows(void)
{
  enum { ROW_SIZE = 64 * 1024, ROWS = 200 };
  static char row[ROW_SIZE];
  struct pc_vectors vectors;

  pc_vectors_init(&vectors, ROWS);
  for (uint32_t i = 0; i < ROWS; i += 3) {
    memset(row, (int)i, sizeof(row));
    CHECK_NUMBER(pc_vectors_put(&vectors, i, row, sizeof(row)), PC_OK);
  }

  for (uint32_t i = 0; i < ROWS; i += 3) {
    struct pc_vector_place place = pc_vectors_place(&vectors, i);

    memset(row, (int)i, sizeof(row));
    CHECK_NUMBER(place.size, sizeof(row));
    CHECK(memcmp(vectors.data + place.offset, row, sizeof(row)) == 0);
  }
  pc_vectors_deinit(&vectors);
}

static void the_data_can_be_taken(void)
{
  struct pc_vectors vectors;
  unsigned char *data = NULL;

  pc_vectors_init(&vectors, 1);
  put(&vectors, 0, "mine");
  data = vectors.data;
  vectors.data = NULL;
  pc_vectors_deinit(&vectors);

  CHECK(memcmp(data, "mine", 4) == 0);
  free(data);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(allocates_nothing_before_the_first_row),
      TEST(rows_of_one_size_make_a_matrix_in_any_order),
      TEST(a_row_that_was_never_put_has_size_0),
      TEST(putting_a_row_again_replaces_it_in_place),
      TEST(turning_ragged_keeps_the_rows_put_before),
      TEST(a_ragged_store_holds_no_byte_that_nobody_wrote),
      TEST(rows_of_a_ragged_store_can_be_replaced_too),
      TEST(a_ragged_store_grows_as_far_as_needed),
      TEST(a_row_may_be_empty_wherever_it_stands),
      TEST(a_matrix_beyond_16_gib_is_refused),
      TEST(a_large_matrix_keeps_its_rows),
      TEST(the_data_can_be_taken)};

  return HARNESS_RUN(tests);
}
