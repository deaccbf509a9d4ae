#include "engine/failure.h"

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
