/*
 * A body is JSON, blank or bad, the same whether it is checked at the end or
 * while it grows. Knob: where to cut.
 */
#include "fuzz.h"

#include "wire/answers/batch.h"

static enum pc_status read_piece(struct pc_batch *answer,
                                 const uint8_t *data,
                                 size_t size,
                                 bool is_last)
{
  char *text = fuzz_copy(data, size);
  enum pc_status status = pc_batch_read(answer, text, size, is_last);

  free(text);
  return status;
}

static enum pc_status read_growing(struct pc_batch *answer,
                                   const uint8_t *data,
                                   size_t size,
                                   uint32_t *cut_state)
{
  enum pc_status status = PC_OK;
  size_t arrived = 0;

  while (status == PC_OK && arrived < size) {
    arrived += fuzz_cut(cut_state, size - arrived);
    status = read_piece(answer, data, arrived, false);
  }
  return status == PC_OK ? read_piece(answer, data, size, true) : status;
}

static bool is_blank(const uint8_t *data, size_t size)
{
  while (size && strchr(" \t\r\n", data[size - 1]) && data[size - 1])
    size--;
  return size == 0;
}

static bool is_ascii(const uint8_t *data, size_t size)
{
  while (size && data[size - 1] < 0x80)
    size--;
  return size == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  uint32_t cut_state = fuzz_take_knob(data, &size);
  struct pc_batch whole;
  struct pc_batch growing;
  enum pc_status status = PC_OK;

  pc_batch_init(&whole);
  pc_batch_init(&growing);
  status = read_piece(&whole, data, size, true);
  REQUIRE(status == (*whole.fault.reason ? PC_PARSE_ERROR : PC_OK));
  REQUIRE(read_growing(&growing, data, size, &cut_state) == status);
  REQUIRE(strcmp(whole.fault.reason, growing.fault.reason) == 0);
  if (status == PC_OK) {
    size_t start = pc_batch_start(&whole);

    REQUIRE(start == pc_batch_start(&growing) && start <= size);
    REQUIRE(whole.is_empty == growing.is_empty);
    REQUIRE(whole.is_empty == is_blank(data + start, size - start));
    REQUIRE(pc_batch_is_ascii(&whole) == is_ascii(data, size));
    REQUIRE(pc_batch_is_ascii(&growing) == is_ascii(data, size));
  }
  return 0;
}
