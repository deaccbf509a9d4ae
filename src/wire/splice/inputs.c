#include "wire/splice/inputs.h"

#include <stdarg.h>
#include <stdio.h>

/* What the elements of a list are, all of them alike. */
struct shape {
  enum pc_json_token token; /* the first one of an element */
  enum pc_json_token inner; /* of an element's elements, if it is a list */
  const char *words;
};

static const struct shape text = {PC_JSON_STRING, PC_JSON_END, "a string"};
static const struct shape number = {PC_JSON_NUMBER, PC_JSON_END, "a token id"};
static const struct shape text_list = {PC_JSON_ARRAY_BEGIN, PC_JSON_STRING,
                                       "a list of strings"};
static const struct shape number_list = {PC_JSON_ARRAY_BEGIN, PC_JSON_NUMBER,
                                         "a list of token ids"};

struct form_words {
  const char *name;
  const char *value;   /* what the member may be */
  const char *element; /* what its first element may be */
};

static const struct form_words words_of[] = {
    [PC_SPLICE_EMBEDDINGS] = {"input",
                              "a string, a list of strings or token ids",
                              "a string or token ids"},
    [PC_SPLICE_RERANK] = {"texts", "a list of strings", "a string"},
    [PC_SPLICE_CLASSIFY] = {"inputs",
                            "a string, a list of strings or a list of lists",
                            "a string or a list of strings"},
    [PC_SPLICE_GENERIC] = {"payloads", "a list", "anything"}};

static const struct shape *find_shape(enum pc_splice_form form,
                                      enum pc_json_token token)
{
  if (token == PC_JSON_STRING)
    return &text;
  if (token == PC_JSON_NUMBER && form == PC_SPLICE_EMBEDDINGS)
    return &number;
  if (token == PC_JSON_ARRAY_BEGIN && form == PC_SPLICE_EMBEDDINGS)
    return &number_list;
  if (token == PC_JSON_ARRAY_BEGIN && form == PC_SPLICE_CLASSIFY)
    return &text_list;
  return NULL;
}

/* What is being read. */
struct reader {
  struct pc_splice_inputs *inputs;
  struct pc_json_scan *scan;
  struct pc_text body;
};

static enum pc_json_token next(struct reader *reader)
{
  return pc_json_scan_next(reader->scan, reader->body.data, reader->body.size,
                           true);
}

/* Bad text is told by the scanner, once more, to whom asks for more. */
static void skip(struct reader *reader, enum pc_json_token token)
{
  (void)pc_json_scan_skip_value(reader->scan, reader->body.data,
                                reader->body.size, token);
}

static size_t start_of(const struct reader *reader, enum pc_json_token token)
{
  return reader->scan->start - (token == PC_JSON_STRING);
}

/*
 * Keeps the first complaint, as others often follow from it: about the inputs,
 * or the element, or what is at place `inner` of that.
 */
enum about { ABOUT_INPUTS, ABOUT_ELEMENT, ABOUT_INNER };

PC_PRINTF(4, 5)
static void complain(struct pc_splice_inputs *inputs,
                     enum about about,
                     size_t inner,
                     const char *format,
                     ...)
{
  char place[64] = "";
  char what[PC_FAULT_SIZE];
  va_list arguments;

  if (inputs->status != PC_OK)
    return;
  if (about == ABOUT_ELEMENT)
    snprintf(place, sizeof(place), "[%zu]", inputs->count);
  if (about == ABOUT_INNER)
    snprintf(place, sizeof(place), "[%zu][%zu]", inputs->count, inner);
  va_start(arguments, format);
  vsnprintf(what, sizeof(what), format, arguments);
  va_end(arguments);
  inputs->status =
      pc_fault_set(&inputs->fault, PC_BAD_BODY, "%s%s %s",
                   pc_splice_inputs_name(inputs->form), place, what);
}

static void
check_number(const struct reader *reader, enum about about, size_t inner)
{
  struct pc_text digits = {.data = reader->body.data + reader->scan->start,
                           .size = reader->scan->size};
  uint64_t id = 0;

  if (!pc_text_read_whole(digits, &id))
    complain(reader->inputs, about, inner, "must be a token id, got %.*s",
             digits.size < 20 ? (int)digits.size : 20, digits.data);
}

static void check_inner(struct reader *reader,
                        const struct shape *shape,
                        enum pc_json_token token,
                        size_t inner)
{
  if (token != shape->inner)
    complain(reader->inputs, ABOUT_INNER, inner, "must be %s, got %s",
             shape->inner == PC_JSON_NUMBER ? "a token id" : "a string",
             pc_splice_type_name(token));
  else if (token == PC_JSON_NUMBER)
    check_number(reader, ABOUT_INNER, inner);
}

/* Reads an element that is a list, behind its bracket. */
static void read_inner_list(struct reader *reader, const struct shape *shape)
{
  size_t count = 0;
  enum pc_json_token token = next(reader);

  while (token > PC_JSON_END && token != PC_JSON_ARRAY_END) {
    check_inner(reader, shape, token, count++);
    skip(reader, token);
    token = next(reader);
  }
  if (!count)
    complain(reader->inputs, ABOUT_ELEMENT, 0, "must not be empty");
}

/* Reads one element; `shape` is what it must be, NULL for anything. */
static void read_element(struct reader *reader,
                         const struct shape *shape,
                         enum pc_json_token token)
{
  bool is_right = shape && token == shape->token;

  if (shape && !is_right)
    complain(reader->inputs, ABOUT_ELEMENT, 0, "must be %s, got %s",
             shape->words, pc_splice_type_name(token));
  if (is_right && token == PC_JSON_NUMBER)
    check_number(reader, ABOUT_ELEMENT, 0);
  if (is_right && token == PC_JSON_ARRAY_BEGIN)
    read_inner_list(reader, shape);
  else
    skip(reader, token);
}

static enum pc_status record(struct reader *reader, size_t start)
{
  return pc_texts_push(&reader->inputs->items, reader->body.data + start,
                       reader->scan->at - start);
}

/* The first element decides what all of them must be. */
static const struct shape *choose_shape(struct pc_splice_inputs *inputs,
                                        enum pc_json_token first)
{
  const struct shape *shape = find_shape(inputs->form, first);

  if (!shape)
    complain(inputs, ABOUT_ELEMENT, 0, "must be %s, got %s",
             words_of[inputs->form].element, pc_splice_type_name(first));
  return shape;
}

static enum pc_status read_elements(struct reader *reader)
{
  struct pc_splice_inputs *inputs = reader->inputs;
  const struct shape *shape = NULL;
  enum pc_json_token token = next(reader);
  enum pc_status status = PC_OK;

  if (token == PC_JSON_ARRAY_END)
    complain(inputs, ABOUT_INPUTS, 0, "must not be empty");
  else if (token > PC_JSON_END && inputs->form != PC_SPLICE_GENERIC)
    shape = choose_shape(inputs, token);
  inputs->are_numbers = shape == &number || shape == &number_list;
  while (status == PC_OK && token > PC_JSON_END && token != PC_JSON_ARRAY_END) {
    size_t start = start_of(reader, token);

    read_element(reader, shape, token);
    inputs->count++;
    if (!inputs->are_numbers)
      status = record(reader, start);
    token = next(reader);
  }
  inputs->is_whole = inputs->form == PC_SPLICE_CLASSIFY && shape == &text;
  return status;
}

/* Makes the member's value, from `start` on, the one input. */
static enum pc_status take_value(struct reader *reader, size_t start)
{
  struct pc_splice_inputs *inputs = reader->inputs;
  enum pc_status status = PC_OK;

  inputs->cut =
      (struct pc_splice_span){.start = start, .end = reader->scan->at};
  pc_texts_deinit(&inputs->items);
  status = pc_texts_init(&inputs->items, 1);
  return status == PC_OK ? record(reader, start) : status;
}

static enum pc_status read_list(struct reader *reader)
{
  struct pc_splice_inputs *inputs = reader->inputs;
  size_t start = reader->scan->start;
  enum pc_status status = read_elements(reader);

  if (status == PC_OK && inputs->is_whole)
    return take_value(reader, start);
  inputs->cut =
      (struct pc_splice_span){.start = start + 1, .end = reader->scan->at - 1};
  return status;
}

enum pc_status pc_splice_inputs_init(struct pc_splice_inputs *inputs,
                                     enum pc_splice_form form)
{
  *inputs = (struct pc_splice_inputs){.form = form};
  return pc_texts_init(&inputs->items, 0);
}

void pc_splice_inputs_deinit(struct pc_splice_inputs *inputs)
{
  pc_texts_deinit(&inputs->items);
}

const char *pc_splice_inputs_name(enum pc_splice_form form)
{
  return words_of[form].name;
}

enum pc_status pc_splice_inputs_read(struct pc_splice_inputs *inputs,
                                     struct pc_json_scan *scan,
                                     struct pc_text body,
                                     enum pc_json_token token)
{
  struct reader reader = {.inputs = inputs, .scan = scan, .body = body};
  bool takes_text = inputs->form == PC_SPLICE_EMBEDDINGS ||
                    inputs->form == PC_SPLICE_CLASSIFY;

  if (token == PC_JSON_ARRAY_BEGIN)
    return read_list(&reader);
  if (token == PC_JSON_STRING && takes_text) {
    inputs->is_whole = inputs->form == PC_SPLICE_CLASSIFY;
    return take_value(&reader, start_of(&reader, token));
  }
  if (token > PC_JSON_END)
    complain(inputs, ABOUT_INPUTS, 0, "must be %s, got %s",
             words_of[inputs->form].value, pc_splice_type_name(token));
  skip(&reader, token);
  return PC_OK;
}

const char *pc_splice_type_name(enum pc_json_token token)
{
  static const char *const names[] = {[PC_JSON_OBJECT_BEGIN] = "an object",
                                      [PC_JSON_ARRAY_BEGIN] = "a list",
                                      [PC_JSON_STRING] = "a string",
                                      [PC_JSON_NUMBER] = "a number",
                                      [PC_JSON_TRUE] = "a boolean",
                                      [PC_JSON_FALSE] = "a boolean",
                                      [PC_JSON_NULL] = "null"};

  return names[token];
}
