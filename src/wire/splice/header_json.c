#include "wire/splice/header_json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/chars.h"
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
  return pc_is_digit(byte) || (lower(byte) >= 'a' && lower(byte) <= 'z') ||
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

/* False for a line that is no header, or one that is left out. */
static bool read_line(struct pc_text text, struct line *line)
{
  line->name = pc_text_before(text, ':');
  if (line->name.size == text.size || !is_name(line->name) ||
      is_left_out(line->name))
    return false;
  pc_text_drop(&text, line->name.size + 1);
  line->value = pc_text_trim(text);
  return true;
}

static enum pc_status read_lines(struct pc_text head, struct pc_bytes *lines)
{
  enum pc_status status = PC_OK;

  while (status == PC_OK && head.size) {
    struct line line;

    if (read_line(pc_text_take_line(&head), &line))
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

static void write_name(struct pc_writer *writer, struct pc_text name)
{
  pc_write_text(writer, "\"");
  for (size_t i = 0; i < name.size; i++)
    pc_write(writer, (struct pc_text){(const char[]){lower(name.data[i])}, 1});
  pc_write_text(writer, "\":");
}

/* Writes Latin-1 as UTF-8. */
static void write_utf8(struct pc_writer *writer, struct pc_text latin)
{
  for (size_t i = 0; i < latin.size; i++) {
    unsigned char byte = (unsigned char)latin.data[i];
    char pair[] = {(char)(0xc0 | byte >> 6), (char)(0x80 | (byte & 0x3f))};

    pc_write(writer, byte < 0x80 ? (struct pc_text){&latin.data[i], 1}
                                 : (struct pc_text){pair, 2});
  }
}

/* Writes the `count` lines of one name as one member. */
static void write_member(struct pc_writer *writer,
                         const struct line *lines,
                         size_t count,
                         struct pc_bytes *value)
{
  struct pc_writer inner = {.out = value, .status = writer->status};

  pc_bytes_clear(value);
  for (size_t i = 0; i < count; i++) {
    if (i)
      pc_write_text(&inner, ", ");
    write_utf8(&inner, lines[i].value);
  }
  writer->status = inner.status;
  write_name(writer, lines->name);
  if (writer->status == PC_OK)
    writer->status = pc_json_text_append(writer->out, value->data, value->size);
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
  struct pc_writer writer = {.out = out};
  struct pc_bytes value;

  pc_bytes_init(&value, SIZE_MAX / 4);
  pc_write_text(&writer, "{");
  for (size_t at = 0; at < count;) {
    size_t same = count_same(lines + at, count - at);

    if (at)
      pc_write_text(&writer, ",");
    write_member(&writer, lines + at, same, &value);
    at += same;
  }
  pc_bytes_deinit(&value);
  pc_write_text(&writer, "}");
  return writer.status;
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
