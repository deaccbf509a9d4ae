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

/* The size of `plain` or `escaped` at the front of `text`; or 0. */
static size_t
size_of_either(struct pc_text text, char plain, const char *escaped)
{
  size_t size = strlen(escaped);

  if (text.size && text.data[0] == plain)
    return 1;
  return text.size >= size && strncasecmp(text.data, escaped, size) == 0 ? size
                                                                         : 0;
}

static size_t dot_size(struct pc_text text)
{
  return size_of_either(text, '.', "%2e");
}

/* Whatever some server takes for the end of a segment. */
static size_t slash_size(struct pc_text text)
{
  size_t size = size_of_either(text, '/', "%2f");

  return size ? size : size_of_either(text, '\\', "%5c");
}

/* Are its dots all there is before a slash or before parameters (";x=1")? */
static bool begins_with_dot_segment(struct pc_text path)
{
  size_t first = dot_size(path);

  pc_text_drop(&path, first);
  pc_text_drop(&path, dot_size(path));
  return first &&
         (!path.size || slash_size(path) || size_of_either(path, ';', "%3b"));
}

/* `path` has no slash at its front. */
static bool has_dot_segment(struct pc_text path)
{
  for (;;) {
    size_t slash = 0;

    if (begins_with_dot_segment(path))
      return true;
    while (path.size && !(slash = slash_size(path)))
      pc_text_drop(&path, 1);
    if (!path.size)
      return false;
    pc_text_drop(&path, slash);
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

static bool is_named_by(struct pc_text path, struct pc_text name)
{
  size_t size = name.size;
  bool is_prefix = size && name.data[size - 1] == '*';

  if (is_prefix)
    size--;
  return (is_prefix ? path.size >= size : path.size == size) &&
         memcmp(path.data, name.data, size) == 0;
}

bool pc_url_path_is_named(struct pc_text path, struct pc_text names)
{
  struct pc_text without_query = pc_text_before(path, '?');
  bool is_named = !names.size;

  while (!is_named && names.size) {
    struct pc_text name = pc_text_before(names, '\n');

    is_named = is_named_by(without_query, name);
    pc_text_drop(&names, name.size);
    pc_text_drop(&names, names.size ? 1 : 0);
  }
  return is_named;
}
