#include "harness.h"

#include "wire/splice/chunks.h"

static struct pc_bytes part_of(size_t size, char byte)
{
  struct pc_bytes part;

  pc_bytes_init(&part, SIZE_MAX / 4);
  if (pc_bytes_reserve(&part, size) != PC_OK)
    abort();
  memset(part.data, byte, size);
  pc_bytes_set_size(&part, size);
  return part;
}

/* Answers where the part's memory was. */
static const char *add(struct pc_chunks *chunks, size_t size, char byte)
{
  struct pc_bytes part = part_of(size, byte);
  const char *data = part.data;

  pc_chunks_add(chunks, &part);
  CHECK(chunks->writer.status == PC_OK);
  CHECK(!part.data && !part.size);
  return data;
}

static void small_parts_are_gathered(void)
{
  struct pc_chunks chunks;

  pc_chunks_init(&chunks);
  add(&chunks, 2, 'a');
  add(&chunks, 3, 'b');
  add(&chunks, 0, 'c');

  CHECK_NUMBER(chunks.count, 1);
  CHECK_TEXT(chunks.items[0].data, "aabbb");
  pc_chunks_deinit(&chunks);
}

static void large_parts_keep_their_memory_and_place(void)
{
  struct pc_chunks chunks;
  const char *data = NULL;

  pc_chunks_init(&chunks);
  add(&chunks, PC_CHUNKS_LARGE - 1, 'a');
  data = add(&chunks, PC_CHUNKS_LARGE, 'b');
  add(&chunks, 1, 'c');

  CHECK_NUMBER(chunks.count, 3);
  CHECK(chunks.items[1].data == data);
  CHECK_NUMBER(chunks.items[1].size, PC_CHUNKS_LARGE);
  CHECK_TEXT(chunks.items[2].data, "c");
  pc_chunks_deinit(&chunks);
}

static void no_chunk_is_left_empty_in_front_of_a_large_part(void)
{
  struct pc_chunks chunks;
  const struct pc_writer *open = NULL;

  pc_chunks_init(&chunks);
  open = pc_chunks_open(&chunks);
  CHECK(open->status == PC_OK && open->out && !open->out->size);
  add(&chunks, PC_CHUNKS_LARGE, 'a');
  add(&chunks, PC_CHUNKS_LARGE, 'b');

  CHECK_NUMBER(chunks.count, 2);
  CHECK(chunks.items[0].data[0] == 'a' && chunks.items[1].data[0] == 'b');
  pc_chunks_deinit(&chunks);
}

static void many_chunks_have_room(void)
{
  struct pc_chunks chunks;

  pc_chunks_init(&chunks);
  for (int i = 0; i < 100; i++)
    add(&chunks, PC_CHUNKS_LARGE, (char)i);

  CHECK_NUMBER(chunks.count, 100);
  CHECK(chunks.items[99].data[0] == 99);
  pc_chunks_deinit(&chunks);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(small_parts_are_gathered),
      TEST(large_parts_keep_their_memory_and_place),
      TEST(no_chunk_is_left_empty_in_front_of_a_large_part),
      TEST(many_chunks_have_room)};

  return HARNESS_RUN(tests);
}
