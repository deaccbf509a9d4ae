#include "net/target.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/transport.h"

static const char *const method_names[PC_METHOD_COUNT] = {
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};

bool pc_method_has_body(enum pc_method method)
{
  return method == PC_METHOD_POST || method == PC_METHOD_PUT ||
         method == PC_METHOD_PATCH;
}

CURLcode pc_method_apply(enum pc_method method, CURL *easy)
{
  bool needs_name = method != PC_METHOD_GET && method != PC_METHOD_POST &&
                    method != PC_METHOD_HEAD;

  if (pc_method_has_body(method))
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
  else
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  if (method == PC_METHOD_HEAD)
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
                          needs_name ? method_names[method] : NULL);
}

static bool find_method(const char *name, enum pc_method *out)
{
  for (int i = 0; i < PC_METHOD_COUNT; i++)
    if (strcmp(name, method_names[i]) == 0) {
      *out = (enum pc_method)i;
      return true;
    }
  return false;
}

static bool add_line(struct curl_slist **list, const char *line)
{
  struct curl_slist *grown = curl_slist_append(*list, line);

  if (grown)
    *list = grown;
  return grown != NULL;
}

/* libcurl takes "name:" for "do not send this" and "name;" for no value. */
static void mark_empty_value(char *line)
{
  char *colon = strchr(line, ':');

  if (colon && colon[1 + strspn(colon + 1, " ")] == '\0')
    memcpy(colon, ";", sizeof(";"));
}

static bool add_lines(struct curl_slist **list, const char *lines)
{
  char *copy = strdup(lines);
  bool is_whole = copy != NULL;

  for (char *line = copy; is_whole && *line;) {
    char *end = line + strcspn(line, "\n");
    char *next = *end ? end + 1 : end;

    *end = '\0';
    mark_empty_value(line);
    is_whole = add_line(list, line);
    line = next;
  }
  free(copy);
  return is_whole;
}

enum pc_status pc_target_init(struct pc_target *target,
                              const char *url,
                              const char *method,
                              const char *header_lines,
                              unsigned own_headers)
{
  *target = (struct pc_target){
      .url = url, .header_lines = header_lines, .own_headers = own_headers};
  pc_request_head_init(&target->head);
  return find_method(method, &target->method) ? PC_OK : PC_INVALID_ARGUMENT;
}

void pc_target_deinit(struct pc_target *target)
{
  curl_slist_free_all(target->headers);
  pc_request_head_deinit(&target->head);
  *target = (struct pc_target){0};
}

enum pc_status pc_target_render(const struct pc_target *target,
                                const char *url,
                                enum pc_method method,
                                struct pc_request_head *out)
{
  return pc_request_head_render(
      out, &(struct pc_request_form){.method = method_names[method],
                                     .url = url,
                                     .header_lines = target->header_lines,
                                     .encodings = pc_transport_encodings(),
                                     .has_body = pc_method_has_body(method)});
}

enum pc_status pc_target_head(struct pc_target *target,
                              const struct pc_request_head **out)
{
  enum pc_status status = PC_OK;

  *out = &target->head;
  if (target->is_foreign)
    return PC_INVALID_ARGUMENT;
  if (!target->head.text.size)
    status =
        pc_target_render(target, target->url, target->method, &target->head);
  target->is_foreign = status == PC_INVALID_ARGUMENT;
  return status;
}

/* Without the last line libcurl waits for "100 Continue" before large bodies.
 */
static bool make_list(struct pc_target *target)
{
  if (add_lines(&target->headers, target->header_lines) &&
      add_line(&target->headers, "expect:"))
    return true;
  curl_slist_free_all(target->headers);
  target->headers = NULL;
  return false;
}

PC_PRINTF(3, 4)
static void put_line(struct pc_header_line *line,
                     struct curl_slist **list,
                     const char *format,
                     ...)
{
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(line->text, sizeof(line->text), format, arguments);
  va_end(arguments);
  line->node.data = line->text;
  line->node.next = *list;
  *list = &line->node;
}

struct curl_slist *pc_target_headers(struct pc_target *target,
                                     uint64_t timeout_ms,
                                     uint64_t deadline_ms,
                                     const char *request_id,
                                     struct pc_header_line *lines)
{
  struct curl_slist *list = NULL;
  unsigned own = target->own_headers;

  if (!target->headers && !make_list(target))
    return NULL;
  list = target->headers;

  if (!(own & PC_OWN_DEADLINE))
    put_line(&lines[0], &list, "request-deadline-ms: %" PRIu64, deadline_ms);
  if (!(own & PC_OWN_TIMEOUT))
    put_line(&lines[1], &list, "request-timeout-ms: %" PRIu64, timeout_ms);
  if (!(own & PC_OWN_REQUEST_ID))
    put_line(&lines[2], &list, "x-baseten-customer-request-id: %s", request_id);
  return list;
}
