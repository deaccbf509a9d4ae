#include "net/arrival.h"

#include <inttypes.h>
#include <stdio.h>

void pc_arrival_start(struct pc_arrival *arrival, struct pc_hop *hop)
{
  arrival->hop = hop;
  arrival->decoding = NULL;
  arrival->told = 0;
  arrival->has_head = false;
  arrival->is_whole = false;
  arrival->may_be_kept = false;
  pc_response_start(&arrival->response, &hop->head,
                    hop->method == PC_METHOD_HEAD);
}

void pc_arrival_end(struct pc_arrival *arrival)
{
  pc_content_decoding_destroy(arrival->decoding);
  arrival->decoding = NULL;
}

static enum pc_status begin(struct pc_arrival *arrival)
{
  struct pc_hop *hop = arrival->hop;
  enum pc_status status = PC_OK;

  arrival->has_head = true;
  hop->http_status = arrival->response.http_status;
  hop->expected_size = arrival->response.body_size;
  status = hop->events->on_begin(hop);
  if (status == PC_OK && arrival->response.is_coded)
    status = pc_content_decoding_create(
        (struct pc_text){.data = hop->head.data, .size = hop->head.size},
        &arrival->decoding);
  return status;
}

static enum pc_status tell(struct pc_arrival *arrival, struct pc_text piece)
{
  struct pc_hop *hop = arrival->hop;

  arrival->told += piece.size;
  return hop->events->on_body(hop, piece.data, piece.size);
}

static enum pc_status decode(struct pc_arrival *arrival, struct pc_text coded)
{
  enum pc_status status = PC_OK;
  struct pc_text piece = {0};

  do {
    status = pc_content_decoding_read(arrival->decoding, &coded, &piece);
    if (status == PC_OK && piece.size)
      status = tell(arrival, piece);
  } while (status == PC_OK && piece.size);
  return status;
}

static enum pc_status take_body(struct pc_arrival *arrival,
                                struct pc_text piece)
{
  arrival->hop->received += piece.size;
  return arrival->decoding ? decode(arrival, piece) : tell(arrival, piece);
}

enum pc_status pc_arrival_take(struct pc_arrival *arrival, struct pc_text data)
{
  struct pc_response_step step = {.kind = PC_RESPONSE_MORE};
  enum pc_status status = PC_OK;

  do {
    status = pc_response_read(&arrival->response, data.data, data.size, &step);
    if (status != PC_OK)
      return status;
    pc_text_drop(&data, step.consumed);
    if (step.kind == PC_RESPONSE_HEAD)
      status = begin(arrival);
    else if (step.kind == PC_RESPONSE_BODY)
      status = take_body(arrival, step.body);
    arrival->is_whole = step.is_last;
  } while (status == PC_OK && !step.is_last && step.kind != PC_RESPONSE_MORE);
  arrival->may_be_kept = arrival->response.may_be_kept && !data.size;
  return status;
}

enum pc_status pc_arrival_close(struct pc_arrival *arrival, bool is_orderly)
{
  struct pc_hop *hop = arrival->hop;
  enum pc_status status = pc_response_close(&arrival->response, is_orderly);
  uint64_t left = (uint64_t)hop->expected_size - hop->received;

  if (!is_orderly || status == PC_OK)
    return status;
  if (!arrival->response.has_begun)
    snprintf(hop->error_text, sizeof(hop->error_text),
             "Empty reply from server");
  else if (arrival->has_head && hop->expected_size > 0)
    snprintf(hop->error_text, sizeof(hop->error_text),
             "transfer closed with %" PRIu64 " bytes remaining to read", left);
  else if (arrival->has_head)
    snprintf(hop->error_text, sizeof(hop->error_text),
             "transfer closed with outstanding read data remaining");
  return status;
}
