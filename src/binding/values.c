#include "binding/values.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  UTF8_PER_UNIT = 3,     /* most bytes of one UTF-16 unit */
  TEXTS_PER_SCOPE = 256, /* handles held at once while reading */
  MESSAGE_SIZE = 512
};

bool pc_throw(napi_env env, const char *code, const char *message)
{
  bool is_pending = false;

  napi_is_exception_pending(env, &is_pending);
  if (!is_pending)
    napi_throw_error(env, code, message);
  return false;
}

bool pc_throw_status(napi_env env, enum pc_status status, const char *detail)
{
  char message[MESSAGE_SIZE];

  snprintf(message, sizeof(message), "%s%s%s", pc_status_sentence(status),
           detail ? ": " : "", detail ? detail : "");
  return pc_throw(env, pc_status_code(status), message);
}

bool pc_throw_refusal(napi_env env, enum pc_status status)
{
  const char *words = errno ? strerror(errno) : NULL;

  if (errno == EAGAIN) /* whose own words name nothing */
    words = "no further thread may be started";
  return pc_throw_status(env, status, status == PC_SYSTEM_ERROR ? words : NULL);
}

bool pc_check(napi_env env, napi_status status)
{
  const napi_extended_error_info *info = NULL;

  if (status == napi_ok)
    return true;
  napi_get_last_error_info(env, &info);
  return pc_throw(env, "INVALID_ARGUMENT",
                  info && info->error_message ? info->error_message
                                              : "Node-API call failed");
}

bool pc_arguments_read(napi_env env,
                       napi_callback_info info,
                       napi_value *arguments,
                       size_t count)
{
  size_t given = count;

  return pc_check(env,
                  napi_get_cb_info(env, info, &given, arguments, NULL, NULL));
}

bool pc_number_read(napi_env env, napi_value value, double *out)
{
  return pc_check(env, napi_get_value_double(env, value, out));
}

bool pc_number_property(napi_env env,
                        napi_value object,
                        const char *name,
                        double *out)
{
  napi_value value = NULL;
  napi_value number = NULL;

  return pc_check(env, napi_get_named_property(env, object, name, &value)) &&
         pc_check(env, napi_coerce_to_number(env, value, &number)) &&
         pc_number_read(env, number, out);
}

bool pc_string_property(napi_env env,
                        napi_value object,
                        const char *name,
                        char **out)
{
  napi_value value = NULL;
  size_t size = 0;

  *out = NULL;
  if (!pc_check(env, napi_get_named_property(env, object, name, &value)) ||
      !pc_check(env, napi_get_value_string_utf8(env, value, NULL, 0, &size)))
    return false;
  *out = malloc(size + 1);
  if (!*out)
    return pc_throw_status(env, PC_NO_MEMORY, NULL);
  if (!pc_check(env,
                napi_get_value_string_utf8(env, value, *out, size + 1, &size)))
    return false;
  if (strlen(*out) != size)
    return pc_throw_status(env, PC_INVALID_ARGUMENT, name);
  return true;
}

/* How a JS string becomes bytes: napi_get_value_string_utf8 or _latin1. */
typedef napi_status pc_encode_fn(
    napi_env env, napi_value value, char *to, size_t room, size_t *size);

/* Writes a JS string behind the arena's size. */
static bool write_text(napi_env env,
                       napi_value value,
                       pc_encode_fn *encode,
                       struct pc_bytes *arena,
                       size_t *size)
{
  size_t units = 0;
  size_t room = 0;
  enum pc_status status = PC_OK;

  if (!pc_check(env, napi_get_value_string_utf16(env, value, NULL, 0, &units)))
    return false;
  room = units * UTF8_PER_UNIT + 1;
  status = pc_bytes_reserve(arena, room);
  if (status != PC_OK)
    return pc_throw_status(env, status, NULL);
  return pc_check(env,
                  encode(env, value, arena->data + arena->size, room, size));
}

/* Copies one JS string to the end of `texts`, with a NUL behind it. */
static bool read_word(napi_env env,
                      napi_value value,
                      pc_encode_fn *encode,
                      struct pc_texts *texts)
{
  size_t size = 0;

  if (!write_text(env, value, encode, &texts->arena, &size))
    return false;
  pc_texts_close_text(texts, size + 1);
  return true;
}

bool pc_words_read(napi_env env,
                   napi_value array,
                   uint32_t count,
                   struct pc_words_layout layout,
                   struct pc_texts *texts)
{
  if (pc_texts_init(texts, count) != PC_OK)
    return pc_throw_status(env, PC_NO_MEMORY, NULL);
  for (uint32_t i = 0; i < count; i++) {
    bool is_latin1 = i % layout.period == layout.lines;
    napi_value value = NULL;

    if (!pc_check(env, napi_get_element(env, array, i, &value)) ||
        !read_word(env, value,
                   is_latin1 ? napi_get_value_string_latin1
                             : napi_get_value_string_utf8,
                   texts))
      return false;
  }
  return true;
}

static bool read_text(napi_env env, napi_value value, struct pc_texts *texts)
{
  size_t size = 0;

  if (!write_text(env, value, napi_get_value_string_utf8, &texts->arena, &size))
    return false;
  pc_texts_close_text(texts, size);
  return true;
}

/* Reads the elements from `*at` up to `end`. */
static bool read_some(napi_env env,
                      napi_value array,
                      uint32_t *at,
                      uint32_t end,
                      struct pc_texts *texts)
{
  napi_handle_scope scope = NULL;
  bool is_read = pc_check(env, napi_open_handle_scope(env, &scope));

  for (; is_read && *at < end; (*at)++) {
    napi_value value = NULL;

    is_read = pc_check(env, napi_get_element(env, array, *at, &value)) &&
              read_text(env, value, texts);
  }
  if (scope)
    napi_close_handle_scope(env, scope);
  return is_read;
}

static bool read_texts(napi_env env,
                       napi_value array,
                       uint32_t count,
                       struct pc_texts *texts)
{
  uint32_t at = 0;

  while (at < count) {
    uint32_t some = count - at < TEXTS_PER_SCOPE ? count - at : TEXTS_PER_SCOPE;

    if (!read_some(env, array, &at, at + some, texts))
      return false;
  }
  return true;
}

bool pc_texts_read(napi_env env, napi_value array, struct pc_texts *texts)
{
  uint32_t count = 0;

  *texts = (struct pc_texts){0};
  if (!pc_check(env, napi_get_array_length(env, array, &count)))
    return false;
  if (pc_texts_init(texts, count) != PC_OK)
    return pc_throw_status(env, PC_NO_MEMORY, NULL);
  if (read_texts(env, array, count, texts))
    return true;
  pc_texts_deinit(texts);
  return false;
}

bool pc_doubles_read(napi_env env,
                     napi_value array,
                     const double **out,
                     size_t *count)
{
  napi_typedarray_type type = napi_int8_array;
  void *data = NULL;

  if (!pc_check(env, napi_get_typedarray_info(env, array, &type, count, &data,
                                              NULL, NULL)))
    return false;
  if (type != napi_float64_array)
    return pc_throw_status(env, PC_INVALID_ARGUMENT, "numbers");
  *out = data;
  return true;
}

bool pc_tokens_read(napi_env env, napi_value array, struct pc_texts *texts)
{
  napi_valuetype type = napi_undefined;
  const double *tokens = NULL;
  size_t count = 0;

  if (!pc_check(env, napi_typeof(env, array, &type)))
    return false;
  if (type == napi_undefined)
    return true;
  if (!pc_doubles_read(env, array, &tokens, &count))
    return false;
  if (count != texts->count)
    return pc_throw_status(env, PC_INVALID_ARGUMENT, "tokens");
  return pc_texts_set_tokens(texts, tokens) == PC_OK ||
         pc_throw_status(env, PC_NO_MEMORY, NULL);
}

void *pc_external_read(napi_env env,
                       napi_value value,
                       const napi_type_tag *tag,
                       const char *name)
{
  napi_valuetype type = napi_undefined;
  bool is_ours = false;
  void *data = NULL;

  napi_typeof(env, value, &type);
  if (type == napi_external)
    napi_check_object_type_tag(env, value, tag, &is_ours);
  if (!is_ours) {
    pc_throw_status(env, PC_INVALID_ARGUMENT, name);
    return NULL;
  }
  return pc_check(env, napi_get_value_external(env, value, &data)) ? data
                                                                   : NULL;
}

napi_value pc_undefined(napi_env env)
{
  napi_value made = NULL;

  napi_get_undefined(env, &made);
  return made;
}

napi_value pc_string_make(napi_env env, const struct pc_bytes *bytes)
{
  napi_value made = NULL;
  const char *data = bytes->data ? bytes->data : "";

  if (napi_create_string_utf8(env, data, bytes->size, &made) != napi_ok)
    return pc_undefined(env);
  return made;
}

napi_value pc_latin1_make(napi_env env, const struct pc_bytes *bytes)
{
  napi_value made = NULL;
  const char *data = bytes->data ? bytes->data : "";

  if (napi_create_string_latin1(env, data, bytes->size, &made) != napi_ok)
    return pc_undefined(env);
  return made;
}

napi_value pc_text_make(napi_env env, const char *text)
{
  napi_value made = NULL;

  if (napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &made) != napi_ok)
    return pc_undefined(env);
  return made;
}

napi_value pc_number_make(napi_env env, double number)
{
  napi_value made = NULL;

  napi_create_double(env, number, &made);
  return made;
}

void pc_number_set(napi_env env,
                   napi_value object,
                   const char *name,
                   double number)
{
  pc_property_set(env, object, name, pc_number_make(env, number));
}

void pc_counter_set(napi_env env,
                    napi_value object,
                    const char *name,
                    const pc_counter *counter)
{
  pc_number_set(env, object, name, (double)pc_counter_read(counter));
}

void pc_property_set(napi_env env,
                     napi_value object,
                     const char *name,
                     napi_value value)
{
  napi_set_named_property(env, object, name, value);
}
