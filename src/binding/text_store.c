#include "binding/text_store.h"

#include <stdlib.h>

#include "binding/values.h"

static const napi_type_tag store_tag = {0x5d3a7be0914c2f86u,
                                        0xb6e1940c82f7d35au};

static void finalize(napi_env env, void *data, void *hint)
{
  (void)env;
  (void)hint;
  pc_texts_deinit(data);
  free(data);
}

/* NULL: an exception is pending. */
static napi_value create(napi_env env)
{
  struct pc_texts *texts = calloc(1, sizeof(*texts));
  napi_value external = NULL;

  if (!texts || pc_texts_init(texts, 0) != PC_OK) {
    free(texts);
    pc_throw_status(env, PC_NO_MEMORY, NULL);
    return NULL;
  }
  if (!pc_check(env,
                napi_create_external(env, texts, finalize, NULL, &external))) {
    finalize(env, texts, NULL);
    return NULL;
  }
  return pc_check(env, napi_type_tag_object(env, external, &store_tag))
             ? external
             : NULL;
}

napi_value pc_text_store_add(napi_env env, napi_callback_info info)
{
  napi_value arguments[2];
  napi_valuetype type = napi_undefined;
  napi_value store = NULL;
  struct pc_texts *texts = NULL;

  if (!pc_arguments_read(env, info, arguments, 2) ||
      !pc_check(env, napi_typeof(env, arguments[0], &type)))
    return NULL;
  store = type == napi_undefined ? create(env) : arguments[0];
  texts = store ? pc_external_read(env, store, &store_tag, "store") : NULL;
  if (!texts || !pc_texts_append(env, arguments[1], texts))
    return NULL;
  return store;
}

bool pc_text_store_take(napi_env env, napi_value store, struct pc_texts *out)
{
  struct pc_texts *texts = pc_external_read(env, store, &store_tag, "inputs");

  *out = (struct pc_texts){0};
  if (!texts)
    return false;
  *out = *texts;
  *texts = (struct pc_texts){0};
  return true;
}
