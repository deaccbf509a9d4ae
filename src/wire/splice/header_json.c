#include "wire/splice/header_json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wire/json/text.h"

/* One header line, borrowed from the head. */
struct line {
  struct pc_text name;
  struct pc_text value;
};

static char lower(char byte)
{
  if (byte >= 'A' && byte <= 'Z')
    byte = (char)(byte + ('a' - 'A'));
  return byte;
}

static bool is_name_byte(char byte)
{
  return (byte >= '0' && byte <= '9') ||
         (lower(byte) >= 'a' && lower(byte) <= 'z') ||
         (byte && strchr("!#$%&'*+-.^_`|~", byte));
}

static bool is_name(struct pc_text name)
{
  for (size_t i = 0; i < name.size; i++)
    if (!is_name_byte(name.data[i]))
      return false;
  return name.size > 0;
}

static bool begins_with(struct pc_text name, const char *word)
{
  return name.size >= strlen(word) &&
         strncasecmp(name.data, word, strlen(word)) == 0;
}

static bool is_left_out(struct pc_text name)
{
  static const char *const names[] = {"authorization",
                                      "connection",
                                      "content-encoding",
                                      "content-length",
                                      "keep-alive",
                                      "set-cookie",
                                      "te",
                                      "trailer",
                                      "transfer-encoding",
                                      "upgrade",
                                      "www-authenticate"};

  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    if (name.size == strlen(names[i]) && begins_with(name, names[i]))
      return true;
  return begins_with(name, "proxy-");
}

static bool is_blank(char byte)
{
  return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct pc_text trim(struct pc_text text)
{
  while (text.size && is_blank(text.data[0])) {
    text.data++;
    text.size--;
  }
  while (text.size && is_blank(text.data[text.size - 1]))
    text.size--;
  return text;
}

/* Takes a line off the front of the head, without its end. */
static struct pc_text take_line(struct pc_text *head)
{
  const char *feed = memchr(head->data, '\n', head->size);
  size_t size = feed ? (size_t)(feed - head->data) : head->size;
  struct pc_text line = {.data = head->data, .size = size};

  head->data += size + (feed != NULL);
  head->size -= size + (feed != NULL);
  return line;
}

/* False for a line that is no header, or one that is left out. */
static bool read_line(struct pc_text text, struct line *line)
{
  const char *colon = text.size ? memchr(text.data, ':', text.size) : NULL;
  size_t size = colon ? (size_t)(colon - text.data) : 0;

  line->name = (struct pc_text){.data = text.data, .size = size};
  if (!is_name(line->name) || is_left_out(line->name))
    return false;
  line->value = trim((struct pc_text){.data = text.data + size + 1,
                                      .size = text.size - size - 1});
  return true;
}

static enum pc_status read_lines(struct pc_text head, struct pc_bytes *lines)
{
  enum pc_status status = PC_OK;

  while (status == PC_OK && head.size) {
    struct line line;

    if (read_line(take_line(&head), &line))
      status = pc_bytes_append(lines, &line, sizeof(line));
  }
  return status;
}

static int compare_names(struct pc_text one, struct pc_text other)
{
  size_t size = one.size < other.size ? one.size : other.size;
  int order = strncasecmp(one.data, other.data, size);

  return order ? order : (one.size > other.size) - (one.size < other.size);
}

/* By name, then as they came. */
static int compare_lines(const void *left, const void *right)
{
  const struct line *one = left;
  const struct line *other = right;
  int order = compare_names(one->name, other->name);

  if (order)
    return order;
  return (one->name.data > other->name.data) -
         (one->name.data < other->name.data);
}

static enum pc_status append_name(struct pc_bytes *out, struct pc_text name)
{
  enum pc_status status = pc_bytes_append(out, "\"", 1);

  for (size_t i = 0; status == PC_OK && i < name.size; i++)
    status = pc_bytes_append(out, (const char[]){lower(name.data[i])}, 1);
  return status == PC_OK ? pc_bytes_append(out, "\":", 2) : status;
}

/* Appends Latin-1 as UTF-8. */
static enum pc_status append_utf8(struct pc_bytes *out, struct pc_text latin)
{
  enum pc_status status = pc_bytes_reserve(out, latin.size);

  for (size_t i = 0; status == PC_OK && i < latin.size; i++) {
    unsigned char byte = (unsigned char)latin.data[i];
    char pair[] = {(char)(0xc0 | byte >> 6), (char)(0x80 | (byte & 0x3f))};

    status = byte < 0x80 ? pc_bytes_append(out, &latin.data[i], 1)
                         : pc_bytes_append(out, pair, 2);
  }
  return status;
}

/* Appends the `count` lines of one name as one member. */
static enum pc_status append_member(struct pc_bytes *out,
                                    const struct line *lines,
                                    size_t count,
                                    struct pc_bytes *value)
{
  enum pc_status status = append_name(out, lines->name);

  pc_bytes_clear(value);
  for (size_t i = 0; status == PC_OK && i < count; i++) {
    if (i)
      status = pc_bytes_append(value, ", ", 2);
    if (status == PC_OK)
      status = append_utf8(value, lines[i].value);
  }
  return status == PC_OK ? pc_json_text_append(out, value->data, value->size)
                         : status;
}

static size_t count_same(const struct line *lines, size_t count)
{
  size_t same = 1;

  while (same < count && compare_names(lines->name, lines[same].name) == 0)
    same++;
  return same;
}

static enum pc_status
append_members(struct pc_bytes *out, const struct line *lines, size_t count)
{
  struct pc_bytes value;
  enum pc_status status = pc_bytes_append(out, "{", 1);

  pc_bytes_init(&value, SIZE_MAX / 4);
  for (size_t at = 0; status == PC_OK && at < count;) {
    size_t same = count_same(lines + at, count - at);

    if (at)
      status = pc_bytes_append(out, ",", 1);
    if (status == PC_OK)
      status = append_member(out, lines + at, same, &value);
    at += same;
  }
  pc_bytes_deinit(&value);
  return status == PC_OK ? pc_bytes_append(out, "}", 1) : status;
}

enum pc_status pc_header_json_append(struct pc_bytes *out, struct pc_text head)
{
  struct pc_bytes lines;
  enum pc_status status = PC_OK;

  pc_bytes_init(&lines, SIZE_MAX / 4);
  status = read_lines(head, &lines);
  if (status == PC_OK) {
    size_t count = lines.size / sizeof(struct line);

    if (count)
      qsort(lines.data, count, sizeof(struct line), compare_lines);
    status = append_members(out, (const void *)lines.data, count);
  }
  pc_bytes_deinit(&lines);
  return status;
}
