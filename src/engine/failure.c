#include "engine/failure.h"

#include <stdbool.h>
#include <stdlib.h>

void pc_failure_init(struct pc_failure *failure, enum pc_status status)
{
  *failure = (struct pc_failure){
      .status = status, .batch = -1, .first_input = -1, .input_count = -1};
  pc_bytes_init(&failure->head, SIZE_MAX);
  pc_bytes_init(&failure->body, SIZE_MAX);
}

void pc_failure_deinit(struct pc_failure *failure)
{
  pc_bytes_deinit(&failure->head);
  pc_bytes_deinit(&failure->body);
}

static bool copy_bytes(struct pc_bytes *to, const struct pc_bytes *from)
{
  return pc_bytes_append(to, from->data, from->size) == PC_OK;
}

enum pc_status pc_failure_copy(const struct pc_failure *from,
                               struct pc_failure *to)
{
  struct pc_failure copy = *from;

  pc_bytes_init(&copy.head, SIZE_MAX);
  pc_bytes_init(&copy.body, SIZE_MAX);
  if (!copy_bytes(&copy.head, &from->head) ||
      !copy_bytes(&copy.body, &from->body)) {
    pc_failure_deinit(&copy);
    return PC_NO_MEMORY;
  }
  pc_failure_deinit(to);
  *to = copy;
  return PC_OK;
}

void pc_failure_destroy(struct pc_failure *failure)
{
  if (!failure)
    return;
  pc_failure_deinit(failure);
  free(failure);
}
