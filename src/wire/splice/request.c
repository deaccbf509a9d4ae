#include "wire/splice/request.h"

#include <string.h>

#include "wire/json/chars.h"
#include "wire/json/scan.h"
#include "wire/splice/defaults.h"
#include "wire/splice/inputs.h"
#include "wire/splice/url_path.h"

/* The string that must come with the inputs. */
struct companion {
  const char *name; /* NULL when the form has none */
  unsigned times;   /* it came */
  enum pc_json_token token;
  struct pc_text inside; /* of the string */
};

struct reader {
  enum pc_splice_form form;
  struct pc_text body;
  struct pc_json_scan scan;
  struct pc_splice_defaults defaults;
  struct companion companion;
  struct pc_splice_inputs inputs;
  unsigned inputs_times;    /* the inputs came */
  enum pc_json_token outer; /* the first token of the body */
  size_t inside;            /* behind the body's opening brace */
};

static const char *companion_name(enum pc_splice_form form)
{
  switch (form) {
  case PC_SPLICE_RERANK:
    return "query";
  case PC_SPLICE_GENERIC:
    return "url_path";
  case PC_SPLICE_EMBEDDINGS:
  case PC_SPLICE_CLASSIFY:
    break;
  }
  return NULL;
}

static enum pc_status init_reader(struct reader *reader,
                                  enum pc_splice_form form,
                                  struct pc_text body)
{
  *reader = (struct reader){.form = form, .body = body};
  reader->companion.name = companion_name(form);
  pc_json_scan_init(&reader->scan);
  return pc_splice_inputs_init(&reader->inputs, form);
}

static enum pc_json_token next(struct reader *reader)
{
  return pc_json_scan_next(&reader->scan, reader->body.data, reader->body.size,
                           true);
}

static struct pc_text slice(const struct reader *reader)
{
  return (struct pc_text){.data = reader->body.data + reader->scan.start,
                          .size = reader->scan.size};
}

static void read_companion(struct reader *reader)
{
  struct companion *companion = &reader->companion;

  companion->times++;
  companion->token = next(reader);
  if (companion->token == PC_JSON_STRING)
    companion->inside = slice(reader);
  pc_json_scan_pass(&reader->scan, companion->token);
}

/* Reads a member behind its key. */
static enum pc_status read_member(struct reader *reader)
{
  struct pc_text key = slice(reader);
  enum pc_json_token token = PC_JSON_BAD;

  pc_splice_defaults_meet(&reader->defaults, key);
  if (reader->companion.name &&
      pc_json_chars_are(key, reader->companion.name)) {
    read_companion(reader);
    return PC_OK;
  }
  token = next(reader);
  if (pc_json_chars_are(key, pc_splice_inputs_name(reader->form)) &&
      !reader->inputs_times++)
    return pc_splice_inputs_read(&reader->inputs, &reader->scan, reader->body,
                                 token);
  pc_json_scan_pass(&reader->scan, token);
  return PC_OK;
}

/* Reads all of the body; what is not JSON stays with the scanner. */
static enum pc_status read_body(struct reader *reader)
{
  enum pc_status status = PC_OK;
  enum pc_json_token token = next(reader);

  reader->outer = token;
  reader->inside = reader->scan.at;
  if (token != PC_JSON_OBJECT_BEGIN) {
    pc_json_scan_pass(&reader->scan, token);
    token = next(reader);
  }
  while (status == PC_OK && token > PC_JSON_END) {
    if (token == PC_JSON_KEY)
      status = read_member(reader);
    token = next(reader);
  }
  return status;
}

static enum pc_status judge_companion(const struct companion *companion,
                                      struct pc_fault *fault)
{
  if (!companion->name)
    return PC_OK;
  if (!companion->times)
    return pc_fault_set(fault, PC_BAD_BODY, "%s is missing", companion->name);
  if (companion->times > 1)
    return pc_fault_set(fault, PC_BAD_BODY, "%s came twice", companion->name);
  if (companion->token != PC_JSON_STRING)
    return pc_fault_set(fault, PC_BAD_BODY, "%s must be a string, got %s",
                        companion->name, pc_splice_type_name(companion->token));
  return PC_OK;
}

static enum pc_status judge_inputs(const struct reader *reader,
                                   struct pc_fault *fault)
{
  const char *name = pc_splice_inputs_name(reader->form);

  if (!reader->inputs_times)
    return pc_fault_set(fault, PC_BAD_BODY, "%s is missing", name);
  if (reader->inputs_times > 1)
    return pc_fault_set(fault, PC_BAD_BODY, "%s came twice", name);
  if (reader->inputs.status != PC_OK)
    *fault = reader->inputs.fault;
  return reader->inputs.status;
}

static enum pc_status judge(const struct reader *reader, struct pc_fault *fault)
{
  bool is_generic = reader->form == PC_SPLICE_GENERIC;
  enum pc_status status = PC_OK;

  if (reader->scan.reason) {
    pc_json_scan_explain(&reader->scan, 0, fault);
    return is_generic ? PC_NOT_A_BATCH : PC_BAD_BODY;
  }
  if (is_generic && !(reader->inputs_times && reader->companion.times))
    return pc_fault_set(fault, PC_NOT_A_BATCH,
                        "the body has no url_path and payloads");
  if (reader->outer != PC_JSON_OBJECT_BEGIN)
    return pc_fault_set(fault, PC_BAD_BODY,
                        "the body must be an object, got %s",
                        pc_splice_type_name(reader->outer));
  status = judge_inputs(reader, fault);
  return status == PC_OK ? judge_companion(&reader->companion, fault) : status;
}

static enum pc_status write_url_path(const struct reader *reader,
                                     struct pc_splice_request *out,
                                     struct pc_fault *fault)
{
  const char *reason = NULL;
  enum pc_status status =
      pc_url_path_read(reader->companion.inside, &out->url_path, &reason);

  return reason ? pc_fault_set(fault, status, "url_path %s", reason) : status;
}

static enum pc_status write_frame(const struct reader *reader,
                                  struct pc_splice_request *out)
{
  const struct pc_splice_span *cut = &reader->inputs.cut;
  const struct pc_splice_span spans[] = {
      {reader->scan.mark_size, reader->inside},
      {reader->inside, cut->start},
      {cut->end, reader->body.size}};
  const char *body = reader->body.data;
  struct pc_writer prefix = {.out = &out->prefix};
  struct pc_writer suffix = {.out = &out->suffix};

  pc_write(&prefix, pc_splice_span_of(body, spans[0]));
  pc_splice_defaults_write(&reader->defaults, &prefix);
  pc_write(&prefix, pc_splice_span_of(body, spans[1]));
  pc_write(&suffix, pc_splice_span_of(body, spans[2]));
  return prefix.status == PC_OK ? suffix.status : prefix.status;
}

/* Moves and copies what was read; `out` is as it was initialised. */
static enum pc_status write_request(struct reader *reader,
                                    struct pc_splice_request *out,
                                    struct pc_fault *fault)
{
  out->items = reader->inputs.items;
  reader->inputs.items = (struct pc_texts){0};
  out->is_whole = reader->inputs.is_whole;
  if (reader->form == PC_SPLICE_GENERIC)
    return write_url_path(reader, out, fault);
  return write_frame(reader, out);
}

void pc_splice_request_init(struct pc_splice_request *request)
{
  *request = (struct pc_splice_request){0};
  pc_bytes_init(&request->prefix, SIZE_MAX / 4);
  pc_bytes_init(&request->suffix, SIZE_MAX / 4);
  pc_bytes_init(&request->url_path, SIZE_MAX / 4);
}

void pc_splice_request_deinit(struct pc_splice_request *request)
{
  pc_texts_deinit(&request->items);
  pc_bytes_deinit(&request->prefix);
  pc_bytes_deinit(&request->suffix);
  pc_bytes_deinit(&request->url_path);
  pc_splice_request_init(request);
}

static enum pc_status read_defaults(struct reader *reader,
                                    struct pc_text defaults,
                                    struct pc_fault *fault)
{
  enum pc_status status = PC_OK;

  if (reader->form != PC_SPLICE_GENERIC)
    status = pc_splice_defaults_read(&reader->defaults, defaults);
  return status == PC_OK ? PC_OK
                         : pc_fault_set(fault, status, "bad default members");
}

static enum pc_status read_all(struct reader *reader,
                               struct pc_text defaults,
                               struct pc_splice_request *out,
                               struct pc_fault *fault)
{
  enum pc_status status = read_defaults(reader, defaults, fault);

  if (status == PC_OK)
    status = read_body(reader);
  if (status == PC_OK)
    status = judge(reader, fault);
  if (status == PC_OK && reader->inputs.are_numbers)
    status = PC_TOKEN_INPUTS;
  return status == PC_OK ? write_request(reader, out, fault) : status;
}

enum pc_status pc_splice_request_read(enum pc_splice_form form,
                                      struct pc_text body,
                                      struct pc_text defaults,
                                      struct pc_splice_request *out,
                                      struct pc_fault *fault)
{
  struct reader reader;
  enum pc_status status = PC_OK;

  pc_splice_request_deinit(out);
  status = init_reader(&reader, form, body);
  if (status == PC_OK)
    status = read_all(&reader, defaults, out, fault);
  if (status != PC_OK)
    pc_splice_request_deinit(out);
  pc_splice_inputs_deinit(&reader.inputs);
  return status;
}

uint64_t pc_splice_chars(struct pc_text item)
{
  return pc_json_chars_count(item);
}
