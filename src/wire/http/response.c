#include "wire/http/response.h"

#include <strings.h>

#include "base/word.h"

enum {
  STATUS_FIRST = 100,
  STATUS_SWITCHING = 101,
  STATUS_FINAL = 200,
  STATUS_NO_CONTENT = 204,
  STATUS_NOT_MODIFIED = 304
};

static const char version[] = "HTTP/1.";

enum {
  VERSION_SIZE = sizeof(version) - 1,
  STATUS_AT = VERSION_SIZE + sizeof("1 ") - 1,
  STATUS_END = STATUS_AT + sizeof("200") - 1
};

void pc_response_start(struct pc_response *response,
                       struct pc_bytes *head,
                       bool is_head_request)
{
  pc_bytes_clear(head);
  *response =
      (struct pc_response){.head = head, .is_head_request = is_head_request};
}

static bool is_blank(char byte)
{
  return byte == ' ' || byte == '\t';
}

/* Most lines hold no control at all, so eight bytes are asked at once. */
static bool has_control(struct pc_text line)
{
  size_t at = 0;

  for (; at + PC_WORD_SIZE <= line.size; at += PC_WORD_SIZE) {
    uint64_t word = pc_word_load(line.data + at);

    if (!(pc_word_below(word, ' ') | pc_word_equal(word, 0x7f)))
      continue;
    for (size_t i = at; i < at + PC_WORD_SIZE; i++)
      if (pc_is_control(line.data[i]))
        return true;
  }
  for (; at < line.size; at++)
    if (pc_is_control(line.data[at]))
      return true;
  return false;
}

static bool is_word(struct pc_text text, const char *word, size_t size)
{
  return text.size == size && strncasecmp(text.data, word, size) == 0;
}

static bool is_text(struct pc_text text, const char *word)
{
  return is_word(text, word, strlen(word));
}

/* Takes an element off the front of a list that commas part. */
static struct pc_text take_element(struct pc_text *list)
{
  struct pc_text element = pc_text_before(*list, ',');

  pc_text_drop(list, element.size + (element.size < list->size));
  return pc_text_trim(element);
}

static void read_connection(struct pc_response *response, struct pc_text list)
{
  while (list.size) {
    struct pc_text option = take_element(&list);

    response->says_close |= is_text(option, "close");
    response->says_keep_alive |= is_text(option, "keep-alive");
  }
}

/* A list is fine as long as it says the same all over (RFC 9110, 8.6). */
static enum pc_status read_length(struct pc_response *response,
                                  struct pc_text list)
{
  bool is_more = true;

  while (is_more) {
    struct pc_text digits = pc_text_before(list, ',');
    uint64_t length = 0;

    is_more = digits.size < list.size;
    pc_text_drop(&list, digits.size + is_more);
    digits = pc_text_trim(digits);
    if (!digits.size || !pc_text_read_whole(digits, &length) ||
        length > INT64_MAX)
      return PC_PARSE_ERROR;
    if (response->has_length && response->left != length)
      return PC_PARSE_ERROR;
    response->has_length = true;
    response->left = length;
  }
  return PC_OK;
}

static enum pc_status read_coding(struct pc_response *response,
                                  struct pc_text value)
{
  if (response->is_chunked || !is_text(value, "chunked"))
    return PC_PARSE_ERROR;
  response->is_chunked = true;
  return PC_OK;
}

/* Neither kind of answer has a body, whatever its fields say. */
static bool is_bodiless(int status)
{
  return status < STATUS_FINAL || status == STATUS_NO_CONTENT ||
         status == STATUS_NOT_MODIFIED;
}

/* Looks at the field that no line continues any more. */
static enum pc_status settle_field(struct pc_response *response)
{
  size_t start = response->field_start;
  struct pc_text name = {.data = response->head->data + start,
                         .size = response->name_size};
  struct pc_text value = {.data = name.data + name.size + 1,
                          .size = response->line_start - start - name.size - 1};

  response->has_field = false;
  if (is_text(name, "connection"))
    read_connection(response, value);
  if (is_bodiless(response->line_status))
    return PC_OK;
  if (is_text(name, "content-length"))
    return read_length(response, value);
  if (is_text(name, "transfer-encoding"))
    return read_coding(response, pc_text_trim(value));
  response->is_coded |= is_text(name, "content-encoding");
  return PC_OK;
}

static enum pc_status read_status_line(struct pc_response *response,
                                       struct pc_text line)
{
  struct pc_text digits = {.data = line.data + STATUS_AT,
                           .size = STATUS_END - STATUS_AT};
  uint64_t status = 0;

  if (line.size < STATUS_END || memcmp(line.data, version, VERSION_SIZE) != 0 ||
      line.data[STATUS_AT - 1] != ' ')
    return PC_PARSE_ERROR;
  if (line.data[VERSION_SIZE] != '0' && line.data[VERSION_SIZE] != '1')
    return PC_PARSE_ERROR;
  if (line.size > STATUS_END && !is_blank(line.data[STATUS_END]))
    return PC_PARSE_ERROR;
  if (!pc_text_read_whole(digits, &status) || status < STATUS_FIRST ||
      status == STATUS_SWITCHING)
    return PC_PARSE_ERROR;
  response->is_http_1_0 = line.data[VERSION_SIZE] == '0';
  response->line_status = (int)status;
  return PC_OK;
}

static enum pc_status begin_field(struct pc_response *response,
                                  struct pc_text line)
{
  size_t size = 0;

  while (size < line.size && pc_is_token(line.data[size]))
    size++;
  if (!size || size == line.size || line.data[size] != ':')
    return PC_PARSE_ERROR;
  response->has_field = true;
  response->field_start = response->line_start;
  response->name_size = size;
  return PC_OK;
}

/* Makes one space of the line end before `line` and the blanks around it. */
static enum pc_status continue_field(struct pc_response *response)
{
  struct pc_bytes *head = response->head;
  size_t to = response->line_start;
  size_t from = response->line_start;

  if (!response->has_field)
    return PC_PARSE_ERROR;
  while (pc_is_blank(head->data[to - 1]))
    to--;
  while (is_blank(head->data[from]))
    from++;
  head->data[to++] = ' ';
  memmove(head->data + to, head->data + from, head->size - from);
  pc_bytes_set_size(head, to + head->size - from);
  return PC_OK;
}

static void begin_body(struct pc_response *response)
{
  bool is_empty = response->is_head_request ||
                  is_bodiless(response->http_status) ||
                  (response->has_length && response->left == 0);

  if (is_empty) {
    response->state = PC_RESPONSE_AT_END;
  } else if (response->is_chunked) {
    response->state = PC_RESPONSE_IN_CHUNKS;
    pc_chunked_start(&response->chunked);
  } else {
    response->state =
        response->has_length ? PC_RESPONSE_IN_LENGTH : PC_RESPONSE_UNTIL_CLOSE;
  }
}

static enum pc_status end_head(struct pc_response *response)
{
  struct pc_bytes *head = response->head;

  if (response->line_status < STATUS_FINAL) {
    response->interim_size += head->size;
    pc_bytes_clear(head);
    return PC_OK;
  }
  if (response->has_length && response->is_chunked)
    return PC_PARSE_ERROR;
  response->http_status = response->line_status;
  begin_body(response);
  /* No 1.0 that one may trust knows of chunks (RFC 9112, 6.1). */
  response->may_be_kept =
      !response->says_close && response->state != PC_RESPONSE_UNTIL_CLOSE &&
      (!response->is_http_1_0 ||
       (response->says_keep_alive && !response->is_chunked));
  return PC_OK;
}

/* The line is whole that begins at line_start and ends the head so far. */
static enum pc_status read_line(struct pc_response *response)
{
  struct pc_bytes *head = response->head;
  struct pc_text line = {.data = head->data + response->line_start,
                         .size = head->size - response->line_start - 1};
  enum pc_status status = PC_OK;

  if (line.size && line.data[line.size - 1] == '\r')
    line.size--;
  if (has_control(line))
    return PC_PARSE_ERROR;
  if (response->line_start == 0)
    status = read_status_line(response, line);
  else if (line.size == 0)
    status = end_head(response);
  else if (is_blank(line.data[0]))
    status = continue_field(response);
  else
    status = begin_field(response, line);
  response->line_start = head->size;
  return status;
}

/* Does the head, a piece of its first line, begin as one? */
static bool is_begun_well(const struct pc_bytes *head)
{
  size_t size = head->size < VERSION_SIZE ? head->size : VERSION_SIZE;

  return memcmp(head->data, version, size) == 0;
}

/* Appends up to the end of the line that `input` begins with or goes on in. */
static enum pc_status
append_line(struct pc_response *response, struct pc_text *input, bool *is_whole)
{
  struct pc_bytes *head = response->head;
  struct pc_text rest = *input;
  struct pc_text line = pc_text_take_line(&rest);
  size_t size = input->size - rest.size;

  *is_whole = line.size < size;
  if (response->interim_size + head->size + size > head->ceiling)
    return PC_TOO_LARGE;
  *input = rest;
  return pc_bytes_append(head, line.data, size);
}

static enum pc_status read_head(struct pc_response *response,
                                struct pc_text *input)
{
  struct pc_bytes *head = response->head;
  enum pc_status status = PC_OK;

  while (status == PC_OK && input->size &&
         response->state == PC_RESPONSE_IN_HEAD) {
    bool is_whole = false;

    if (response->has_field && head->size == response->line_start &&
        !is_blank(*input->data))
      status = settle_field(response);
    if (status == PC_OK)
      status = append_line(response, input, &is_whole);
    if (status == PC_OK && is_whole)
      status = read_line(response);
    else if (status == PC_OK && response->line_start == 0 &&
             !is_begun_well(head))
      status = PC_PARSE_ERROR;
  }
  return status;
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
  if (out->body.size) {
    out->kind = PC_RESPONSE_BODY;
  } else if (response->state == PC_RESPONSE_AT_END) {
    out->kind = PC_RESPONSE_END;
    response->may_be_kept = response->may_be_kept && !input->size;
  }
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
  if (response->state != PC_RESPONSE_IN_HEAD) {
    status = read_body(response, &input, out);
  } else {
    status = read_head(response, &input);
    if (response->state != PC_RESPONSE_IN_HEAD)
      out->kind = PC_RESPONSE_HEAD;
  }
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
