#include "wire/http/response.h"

void pc_response_start(struct pc_response *response,
                       struct pc_bytes *head,
                       bool is_head_request)
{
  *response =
      (struct pc_response){.is_head_request = is_head_request, .body_size = -1};
  pc_head_reader_start(&response->head, head);
}

static void begin_body(struct pc_response *response)
{
  const struct pc_head_reader *head = &response->head;
  bool may_have_body = head->may_have_body && !response->is_head_request;

  response->body_size = may_have_body ? head->length : 0;
  if (response->body_size == 0) {
    response->state = PC_RESPONSE_AT_END;
  } else if (response->body_size > 0) {
    response->state = PC_RESPONSE_IN_LENGTH;
    response->left = (uint64_t)response->body_size;
  } else if (head->is_chunked) {
    response->state = PC_RESPONSE_IN_CHUNKS;
    pc_chunked_start(&response->chunked);
  } else {
    response->state = PC_RESPONSE_UNTIL_CLOSE;
  }
}

/* No server of HTTP/1.0 that one may trust knows of chunks (RFC 9112, 6.1). */
static bool may_be_kept(const struct pc_response *response)
{
  const struct pc_head_reader *head = &response->head;

  if (head->says_close || response->state == PC_RESPONSE_UNTIL_CLOSE)
    return false;
  return !head->is_http_1_0 || (head->says_keep_alive && !head->is_chunked);
}

static enum pc_status read_head(struct pc_response *response,
                                struct pc_text *input,
                                struct pc_response_step *out)
{
  const struct pc_head_reader *head = &response->head;
  enum pc_status status = pc_head_reader_read(&response->head, input);

  if (!head->is_whole)
    return status;
  out->kind = PC_RESPONSE_HEAD;
  response->http_status = head->status;
  response->is_coded = head->is_coded;
  begin_body(response);
  response->may_be_kept = may_be_kept(response);
  return PC_OK;
}

static void lend_body(struct pc_response *response,
                      struct pc_text *input,
                      struct pc_text *out)
{
  bool has_end = response->state == PC_RESPONSE_IN_LENGTH;

  *out = *input;
  if (has_end && out->size > response->left)
    out->size = (size_t)response->left;
  pc_text_drop(input, out->size);
  if (!has_end)
    return;
  response->left -= out->size;
  if (!response->left)
    response->state = PC_RESPONSE_AT_END;
}

static enum pc_status read_chunks(struct pc_response *response,
                                  struct pc_text *input,
                                  struct pc_text *out)
{
  enum pc_status status = pc_chunked_read(&response->chunked, input, out);

  if (pc_chunked_is_whole(&response->chunked))
    response->state = PC_RESPONSE_AT_END;
  return status;
}

static enum pc_status read_body(struct pc_response *response,
                                struct pc_text *input,
                                struct pc_response_step *out)
{
  enum pc_status status = PC_OK;

  if (response->state == PC_RESPONSE_IN_CHUNKS)
    status = read_chunks(response, input, &out->body);
  else if (response->state != PC_RESPONSE_AT_END)
    lend_body(response, input, &out->body);
  if (out->body.size)
    out->kind = PC_RESPONSE_BODY;
  else if (response->state == PC_RESPONSE_AT_END)
    out->kind = PC_RESPONSE_END;
  return status;
}

enum pc_status pc_response_read(struct pc_response *response,
                                const char *data,
                                size_t size,
                                struct pc_response_step *out)
{
  struct pc_text input = {.data = data, .size = size};
  enum pc_status status = PC_OK;

  *out = (struct pc_response_step){.kind = PC_RESPONSE_MORE};
  response->has_begun = response->has_begun || size;
  status = response->state == PC_RESPONSE_IN_HEAD
               ? read_head(response, &input, out)
               : read_body(response, &input, out);
  out->is_last = response->state == PC_RESPONSE_AT_END;
  if (out->is_last && input.size)
    response->may_be_kept = false;
  out->consumed = size - input.size;
  return status;
}

enum pc_status pc_response_close(struct pc_response *response, bool is_orderly)
{
  switch (response->state) {
  case PC_RESPONSE_IN_HEAD:
    return PC_CONNECTION_LOST;
  case PC_RESPONSE_UNTIL_CLOSE:
    if (!is_orderly)
      return PC_PARSE_ERROR;
    response->state = PC_RESPONSE_AT_END;
    return PC_OK;
  case PC_RESPONSE_AT_END:
    response->may_be_kept = false;
    return PC_OK;
  case PC_RESPONSE_IN_LENGTH:
  case PC_RESPONSE_IN_CHUNKS:
    break;
  }
  return PC_PARSE_ERROR;
}
