#include "wire/http/request_head.h"

#include <string.h>
#include <strings.h>

enum {
  LONGEST_NUMBER = 20, /* digits of 64 bits */
  LINES_SIZE = 160     /* names, numbers and line ends of what differs */
};

struct url_parts {
  struct pc_text host; /* with its port */
  struct pc_text path; /* with its query, "" for none */
};

void pc_request_head_init(struct pc_request_head *head)
{
  *head = (struct pc_request_head){0};
  pc_bytes_init(&head->text, SIZE_MAX);
}

void pc_request_head_deinit(struct pc_request_head *head)
{
  pc_bytes_deinit(&head->text);
}

static bool starts_with(const char *text, const char *start)
{
  return strncmp(text, start, strlen(start)) == 0;
}

/* Does libcurl send the text as it is? */
static bool is_plain_url(const char *url)
{
  for (const char *at = url; *at; at++)
    if (*at <= ' ' || *at > '~' || *at == '#')
      return false;
  return !strstr(url, "/.") && !strcasestr(url, "/%2e");
}

/* libcurl does not name the port that the scheme implies. */
static bool is_plain_host(struct pc_text host, const char *usual_port)
{
  const char *port = NULL;
  size_t name_size = host.size;

  if (!host.size || memchr(host.data, '@', host.size) ||
      memchr(host.data, '%', host.size) || host.data[host.size - 1] == ':')
    return false;
  for (size_t i = host.size; i > 0 && host.data[i - 1] != ']'; i--)
    if (host.data[i - 1] == ':') {
      port = host.data + i;
      name_size = i - 1;
      break;
    }
  if (!name_size || host.data[name_size - 1] == '.')
    return false;
  if (!port)
    return true;
  return *port != '0' &&
         !((size_t)(host.data + host.size - port) == strlen(usual_port) &&
           memcmp(port, usual_port, strlen(usual_port)) == 0);
}

static bool split_url(const char *url, struct url_parts *out)
{
  bool is_tls = starts_with(url, "https://");
  const char *host = url + strlen(is_tls ? "https://" : "http://");
  size_t size = 0;

  if ((!is_tls && !starts_with(url, "http://")) || !is_plain_url(url))
    return false;
  size = strcspn(host, "/?");
  out->host = (struct pc_text){.data = host, .size = size};
  out->path =
      (struct pc_text){.data = host + size, .size = strlen(host + size)};
  return is_plain_host(out->host, is_tls ? "443" : "80");
}

static bool is_named(struct pc_text line, const char *name)
{
  size_t size = strlen(name);

  return line.size > size && line.data[size] == ':' &&
         strncasecmp(line.data, name, size) == 0;
}

/* Is there a line of that name? */
static bool has_line(const char *lines, const char *name)
{
  struct pc_text rest = {.data = lines, .size = strlen(lines)};

  while (rest.size)
    if (is_named(pc_text_take_line(&rest), name))
      return true;
  return false;
}

static bool is_ours_to_write(const char *lines)
{
  static const char *const theirs[] = {
      "host", "content-length", "transfer-encoding", "connection", "expect",
      "te",   "upgrade"};

  for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++)
    if (has_line(lines, theirs[i]))
      return false;
  return true;
}

/* libcurl sends a header without a value as "name:". */
static void write_lines(struct pc_writer *writer, const char *lines)
{
  struct pc_text rest = {.data = lines, .size = strlen(lines)};

  while (rest.size) {
    struct pc_text line = pc_text_take_line(&rest);
    const char *colon = memchr(line.data, ':', line.size);
    size_t named = colon ? (size_t)(colon - line.data) + 1 : line.size;
    size_t blanks = named;

    while (blanks < line.size && line.data[blanks] == ' ')
      blanks++;
    if (blanks == line.size)
      line.size = named;
    pc_write(writer, line);
    pc_write_text(writer, "\r\n");
  }
}

static void write_start(struct pc_writer *writer,
                        const struct pc_request_form *form,
                        const struct url_parts *url)
{
  pc_write_text(writer, form->method);
  pc_write_text(writer, " ");
  if (!url->path.size || *url->path.data == '?')
    pc_write_text(writer, "/");
  pc_write(writer, url->path);
  pc_write_text(writer, " HTTP/1.1\r\nHost: ");
  pc_write(writer, url->host);
  pc_write_text(writer, "\r\n");
  if (!has_line(form->header_lines, "accept"))
    pc_write_text(writer, "Accept: */*\r\n");
  if (!has_line(form->header_lines, "accept-encoding")) {
    pc_write_text(writer, "Accept-Encoding: ");
    pc_write_text(writer, form->encodings);
    pc_write_text(writer, "\r\n");
  }
}

enum pc_status pc_request_head_render(struct pc_request_head *head,
                                      const struct pc_request_form *form)
{
  struct pc_writer writer = {.out = &head->text};
  struct url_parts url = {0};

  if (!split_url(form->url, &url) || !is_ours_to_write(form->header_lines))
    return PC_INVALID_ARGUMENT;
  pc_bytes_clear(&head->text);
  head->has_body = form->has_body;
  write_start(&writer, form, &url);
  head->lines_at = head->text.size;
  write_lines(&writer, form->header_lines);
  head->length_at = head->text.size;
  if (form->has_body && !has_line(form->header_lines, "content-type"))
    pc_write_text(&writer,
                  "Content-Type: application/x-www-form-urlencoded\r\n");
  pc_write_text(&writer, "\r\n");
  return writer.status;
}

/* The rest of the functions write into room that was reserved. */

static char *put(char *at, const char *data, size_t size)
{
  memcpy(at, data, size);
  return at + size;
}

static char *put_line(char *at, const char *name, struct pc_text value)
{
  at = put(at, name, strlen(name));
  at = put(at, value.data, value.size);
  return put(at, "\r\n", 2);
}

static char *put_number(char *at, const char *name, uint64_t number)
{
  char digits[LONGEST_NUMBER];
  size_t first = sizeof(digits);

  do {
    digits[--first] = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  return put_line(
      at, name,
      (struct pc_text){.data = digits + first, .size = sizeof(digits) - first});
}

enum pc_status pc_request_head_write(const struct pc_request_head *head,
                                     const struct pc_request_lines *lines,
                                     struct pc_bytes *out)
{
  const char *text = head->text.data;
  enum pc_status status =
      pc_bytes_reserve(out, head->text.size + lines->id.size + LINES_SIZE);
  char *at = NULL;

  if (status != PC_OK)
    return status;
  at = put(out->data + out->size, text, head->lines_at);
  if (lines->id.size)
    at = put_line(at, "x-baseten-customer-request-id: ", lines->id);
  if (lines->timeout)
    at = put_number(at, "request-timeout-ms: ", *lines->timeout);
  if (lines->deadline)
    at = put_number(at, "request-deadline-ms: ", *lines->deadline);
  at = put(at, text + head->lines_at, head->length_at - head->lines_at);
  if (head->has_body)
    at = put_number(at, "Content-Length: ", lines->body_size);
  at = put(at, text + head->length_at, head->text.size - head->length_at);
  pc_bytes_set_size(out, (size_t)(at - out->data));
  return PC_OK;
}
