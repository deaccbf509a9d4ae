#include "wire/answers/batch.h"

static enum pc_status explain(struct pc_batch *answer)
{
  return pc_json_scan_explain(&answer->scan, 0, &answer->fault);
}

void pc_batch_init(struct pc_batch *answer)
{
  *answer = (struct pc_batch){0};
  pc_json_scan_init(&answer->scan);
}

/* Answers what stopped the scanner: bad text, its end, or a lack of more. */
static enum pc_json_token scan_tokens(struct pc_batch *answer,
                                      const char *text,
                                      size_t size,
                                      bool is_last)
{
  enum pc_json_token token = PC_JSON_MORE;

  for (;;) {
    token = pc_json_scan_next(&answer->scan, text, size, is_last);
    if (token <= PC_JSON_END)
      return token;
    answer->has_token = true;
    pc_json_scan_pass(&answer->scan, token);
  }
}

enum pc_status pc_batch_read(struct pc_batch *answer,
                             const char *text,
                             size_t size,
                             bool is_last)
{
  enum pc_json_token token = scan_tokens(answer, text, size, false);

  if (token == PC_JSON_MORE && is_last) {
    /* An unfinished token would have kept the scanner in front of it. */
    answer->is_empty = !answer->has_token && answer->scan.at == size;
    if (!answer->is_empty)
      token = scan_tokens(answer, text, size, true);
  }
  return token == PC_JSON_BAD ? explain(answer) : PC_OK;
}

size_t pc_batch_start(const struct pc_batch *answer)
{
  return answer->scan.mark_size;
}

bool pc_batch_is_ascii(const struct pc_batch *answer)
{
  return answer->scan.is_ascii;
}
