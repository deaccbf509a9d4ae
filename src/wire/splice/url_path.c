#include "wire/splice/url_path.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/chars.h"
#include "wire/json/chars.h"

/* Writes the unfolded text behind a slash; false for what no URL may hold. */
static enum pc_status unfold(struct pc_text inside, struct pc_bytes *out)
{
  enum pc_status status = pc_bytes_append(out, "/", 1);

  while (status == PC_OK && inside.size) {
    uint32_t point = pc_json_chars_take(&inside);
    char byte = (char)point;

    if (point >= 0x7f || (point < ' ' && !pc_is_blank(byte)))
      return PC_BAD_BODY;
    status = pc_bytes_append(out, &byte, 1);
  }
  return status;
}

static bool has_forbidden_byte(struct pc_text path)
{
  for (size_t i = 0; i < path.size; i++)
    if (path.data[i] <= ' ' || path.data[i] == '\\' || path.data[i] == '#')
      return true;
  return false;
}

/* The size of one dot at the front of `text`, however it is written; or 0. */
static size_t dot_size(struct pc_text text)
{
  static const char written[] = "%2e";

  if (text.size && text.data[0] == '.')
    return 1;
  return text.size >= strlen(written) &&
                 strncasecmp(text.data, written, strlen(written)) == 0
             ? strlen(written)
             : 0;
}

static bool is_dot_segment(struct pc_text segment)
{
  size_t first = dot_size(segment);

  pc_text_drop(&segment, first);
  return first && (!segment.size || dot_size(segment) == segment.size);
}

/* `path` has no slash at its front. */
static bool has_dot_segment(struct pc_text path)
{
  for (;;) {
    struct pc_text segment = pc_text_before(path, '/');

    if (is_dot_segment(segment))
      return true;
    if (segment.size == path.size)
      return false;
    pc_text_drop(&path, segment.size + 1);
  }
}

/* What is wrong with a path behind its slash, NULL for nothing. */
static const char *find_fault(struct pc_text path)
{
  struct pc_text without_query = pc_text_before(path, '?');
  struct pc_text first = pc_text_before(without_query, '/');

  if (has_forbidden_byte(path))
    return "must not contain blanks, control characters, \\ or #";
  if (path.size && path.data[0] == '/')
    return "must not begin with //";
  if (path.size && memmem(path.data, path.size, "://", strlen("://")))
    return "must be a path, not a URL";
  if (first.size && memchr(first.data, '@', first.size))
    return "must not contain @ in its first segment";
  if (has_dot_segment(without_query))
    return "must not contain the segments . and ..";
  return NULL;
}

/* Moves the path that unfold left behind our slash up to it. */
static const char *settle(struct pc_bytes *out)
{
  struct pc_text path = pc_text_trim(
      (struct pc_text){.data = out->data + 1, .size = out->size - 1});
  const char *fault = NULL;

  if (!path.size)
    return "must not be empty";
  if (path.data[0] == '/') {
    pc_text_drop(&path, 1);
  }
  fault = find_fault(path);
  if (fault)
    return fault;
  memmove(out->data + 1, path.data, path.size);
  pc_bytes_set_size(out, 1 + path.size);
  return NULL;
}

enum pc_status pc_url_path_read(struct pc_text inside,
                                struct pc_bytes *out,
                                const char **reason)
{
  enum pc_status status = PC_OK;

  *reason = NULL;
  pc_bytes_clear(out);
  status = unfold(inside, out);
  if (status == PC_BAD_BODY)
    *reason = "must be printable ASCII";
  if (status == PC_OK)
    *reason = settle(out);
  if (*reason)
    status = PC_BAD_BODY;
  if (status != PC_OK)
    pc_bytes_clear(out);
  return status;
}
