#include "net/departure.h"

enum {
  /* Bodies up to this size leave in one piece with the head. */
  SMALL_BODY_SIZE = 8 * 1024,
  LARGEST_KEPT_OUT = 64 * 1024
};

void pc_departure_init(struct pc_departure *departure)
{
  *departure = (struct pc_departure){0};
  pc_bytes_init(&departure->out, SIZE_MAX);
  pc_request_head_init(&departure->own_head);
}

void pc_departure_deinit(struct pc_departure *departure)
{
  pc_request_head_deinit(&departure->own_head);
  pc_bytes_deinit(&departure->out);
}

static enum pc_status find_head(struct pc_departure *departure,
                                const struct pc_hop *hop,
                                const struct pc_request_head **out)
{
  struct pc_target *target = hop->order->target;

  if (hop->url == target->url)
    return pc_target_head(target, out);
  *out = &departure->own_head;
  return pc_target_render(target, hop->url, hop->method, &departure->own_head);
}

enum pc_status pc_departure_write(struct pc_departure *departure,
                                  const struct pc_hop *hop)
{
  const struct pc_exchange_order *order = hop->order;
  unsigned own = order->target->own_headers;
  struct pc_request_lines lines = {
      .id = pc_text_of(own & PC_OWN_REQUEST_ID ? "" : order->request_id),
      .timeout = own & PC_OWN_TIMEOUT ? NULL : &order->timeout_ms,
      .deadline = own & PC_OWN_DEADLINE ? NULL : &order->deadline_ms,
      .body_size = order->body.size};
  const struct pc_request_head *head = NULL;
  enum pc_status status = find_head(departure, hop, &head);

  pc_bytes_clear(&departure->out);
  departure->out_sent = 0;
  departure->body_sent = 0;
  if (status == PC_OK)
    status = pc_request_head_write(head, &lines, &departure->out);
  if (status != PC_OK)
    return status;
  departure->head_size = departure->out.size;
  departure->body = head->has_body ? order->body : pc_text_of("");
  if (departure->body.size > SMALL_BODY_SIZE)
    return PC_OK;
  status = pc_bytes_append(&departure->out, departure->body.data,
                           departure->body.size);
  departure->body.size = 0;
  return status;
}

bool pc_departure_count(struct pc_departure *departure, size_t sent)
{
  size_t of_out = departure->out.size - departure->out_sent;

  of_out = sent < of_out ? sent : of_out;
  departure->out_sent += of_out;
  departure->body_sent += sent - of_out;
  return departure->out_sent == departure->out.size &&
         departure->body_sent == departure->body.size;
}

uint64_t pc_departure_body_sent(const struct pc_departure *departure)
{
  size_t of_out = departure->out_sent > departure->head_size
                      ? departure->out_sent - departure->head_size
                      : 0;

  return of_out + departure->body_sent;
}

void pc_departure_trim(struct pc_departure *departure)
{
  if (departure->out.capacity > LARGEST_KEPT_OUT)
    pc_bytes_deinit(&departure->out);
}
