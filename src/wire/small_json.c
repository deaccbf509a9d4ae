#include "wire/small_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "wire/json_scan.h"
#include "wire/json_text.h"

enum {
  LONGEST_NUMBER = 63,  /* cJSON reads no more than that of a number */
  UNIT_SIZE = 6,        /* \uXXXX */
  ENOUGH_PRECISION = 17 /* digits that tell any two doubles apart */
};

static const char NUL_STAND_IN = '\xff';

static enum pc_status check_text(struct pc_json_scan *scan,
                                 const char *body,
                                 size_t size,
                                 struct pc_fault *fault)
{
  for (;;) {
    enum pc_json_token token = pc_json_scan_next(scan, body, size, true);

    if (token == PC_JSON_END)
      return PC_OK;
    if (token == PC_JSON_BAD)
      return pc_json_scan_explain(scan, 0, fault);
    if (token == PC_JSON_NUMBER && scan->size > LONGEST_NUMBER)
      return pc_fault_set(fault, PC_PARSE_ERROR,
                          "the number at byte %zu is longer than %d bytes",
                          scan->start, LONGEST_NUMBER);
  }
}

static unsigned hex_value(char digit)
{
  if (digit <= '9')
    return (unsigned)(digit - '0');
  return (unsigned)((digit | 0x20) - 'a') + 10;
}

/* The value of a checked \uXXXX. */
static unsigned read_unit(const char *text)
{
  unsigned unit = 0;

  for (int i = 2; i < UNIT_SIZE; i++)
    unit = unit << 4 | hex_value(text[i]);
  return unit;
}

/* Does a checked text go on with the second half of a pair? */
static bool is_low_half(const char *text)
{
  return text[0] == '\\' && text[1] == 'u' &&
         (read_unit(text) & 0xfc00) == 0xdc00;
}

/* Copies the escape at text[0] to `to`, moves both on. */
static void mend_escape(const char **text, char **to)
{
  const char *from = *text;
  unsigned unit = from[1] == 'u' ? read_unit(from) : '\\';
  size_t size = from[1] == 'u' ? UNIT_SIZE : 2;
  size_t mended_size = size;

  if (unit == 0) {
    from = &NUL_STAND_IN;
    mended_size = sizeof(NUL_STAND_IN);
  } else if ((unit & 0xfc00) == 0xd800 && is_low_half(from + UNIT_SIZE)) {
    size = mended_size = 2 * UNIT_SIZE;
  } else if ((unit & 0xf800) == 0xd800) {
    from = "\\ufffd";
  }
  memcpy(*to, from, mended_size);
  *to += mended_size;
  *text += size;
}

/* Copies checked text to `to`, which has as much room, and answers its size. */
static size_t mend(const char *text, size_t size, char *to)
{
  const char *end = text + size;
  char *begin = to;

  while (text < end) {
    const char *escape = memchr(text, '\\', (size_t)(end - text));
    size_t run = (size_t)((escape ? escape : end) - text);

    memcpy(to, text, run);
    text += run;
    to += run;
    if (escape)
      mend_escape(&text, &to);
  }
  return (size_t)(to - begin);
}

/* Gives the tree in *out, to be ended with cJSON_Delete. */
static enum pc_status
parse(const char *body, size_t size, cJSON **out, struct pc_fault *fault)
{
  struct pc_json_scan scan;
  char *mended = NULL;
  enum pc_status status = PC_OK;

  *out = NULL;
  pc_json_scan_init(&scan);
  status = check_text(&scan, body, size, fault);
  if (status != PC_OK)
    return status;
  body += scan.mark_size;
  size -= scan.mark_size;
  if (memmem(body, size, "\\u", 2)) {
    mended = malloc(size);
    if (!mended)
      return PC_NO_MEMORY;
    size = mend(body, size, mended);
  }
  *out = cJSON_ParseWithLengthOpts(mended ? mended : body, size, NULL, false);
  free(mended);
  return *out ? PC_OK : PC_NO_MEMORY;
}

static const cJSON *find_list(const cJSON *root)
{
  static const char *const names[] = {"data", "results"};

  if (cJSON_IsArray(root))
    return root;
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, names[i]);

    if (cJSON_IsArray(list))
      return list;
  }
  return NULL;
}

static enum pc_status
check_list(const cJSON *list, uint32_t count, struct pc_fault *fault)
{
  if (!list)
    return pc_fault_set(fault, PC_PARSE_ERROR, "no list of results");
  if ((uint32_t)cJSON_GetArraySize(list) != count)
    return pc_fault_set(fault, PC_PARSE_ERROR,
                        "expected %" PRIu32 " items, got %d", count,
                        cJSON_GetArraySize(list));
  return PC_OK;
}

enum pc_status pc_small_json_read(const char *body,
                                  size_t size,
                                  uint32_t count,
                                  pc_small_json_item_fn *read_item,
                                  void *context,
                                  struct pc_bytes *out,
                                  struct pc_fault *fault)
{
  size_t size_before = out->size;
  cJSON *root = NULL;
  const cJSON *list = NULL;
  enum pc_status status = parse(body, size, &root, fault);

  if (status != PC_OK)
    return status;
  list = find_list(root);
  status = check_list(list, count, fault);
  if (status == PC_OK)
    status = pc_small_json_read_list(list, read_item, context, out);
  if (status != PC_OK && out->data)
    pc_bytes_set_size(out, size_before);
  cJSON_Delete(root);
  return status;
}

enum pc_status pc_small_json_read_list(const struct cJSON *list,
                                       pc_small_json_item_fn *read_item,
                                       void *context,
                                       struct pc_bytes *out)
{
  uint32_t place = 0;
  enum pc_status status = pc_bytes_append_text(out, "[");

  for (cJSON *item = list->child; status == PC_OK && item; item = item->next) {
    if (place)
      status = pc_bytes_append_text(out, ",");
    if (status == PC_OK)
      status = read_item(context, item, place);
    place++;
  }
  return status == PC_OK ? pc_bytes_append_text(out, "]") : status;
}

bool pc_small_json_number(const struct cJSON *object,
                          const char *name,
                          double *out)
{
  const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

  if (!cJSON_IsNumber(member) || !isfinite(member->valuedouble))
    return false;
  *out = member->valuedouble;
  return true;
}

/* Locales may put anything between the digits; JSON has a point. */
static void restore_point(char *text)
{
  static const char own[] = "+-0123456789e";
  char *point = text + strspn(text, own);
  size_t size = strcspn(point, own);

  if (!size)
    return;
  *point = '.';
  memmove(point + 1, point + size, strlen(point + size) + 1);
}

enum pc_status pc_small_json_append_number(struct pc_bytes *out, double number)
{
  char text[64];

  snprintf(text, sizeof(text), "%.*g", ENOUGH_PRECISION, number);
  restore_point(text);
  return pc_bytes_append_text(out, text);
}

enum pc_status pc_small_json_append_string(struct pc_bytes *out,
                                           struct cJSON *string)
{
  char *text = string->valuestring;
  size_t size = strlen(text);

  for (size_t i = 0; i < size; i++) {
    if (text[i] == NUL_STAND_IN)
      text[i] = '\0';
  }
  return pc_json_text_append(out, text, size);
}
