/*
 * values.h - JavaScript values to C and back.
 *
 * Helpers that answer false have already thrown. Thread: the environment's.
 */
#ifndef PC_BINDING_VALUES_H
#define PC_BINDING_VALUES_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "base/texts.h"
#include "net/counters.h"

/* Throws an Error with `code` unless one is pending. Answers false. */
bool pc_throw(napi_env env, const char *code, const char *message);

/* Throws what `status` says. `detail` may be NULL. Answers false. */
bool pc_throw_status(napi_env env, enum pc_status status, const char *detail);

/*
 * Throws what `status` says, where PC_SYSTEM_ERROR comes with what errno named.
 * Answers false.
 */
bool pc_throw_refusal(napi_env env, enum pc_status status);

/* Throws the last Node-API error unless `status` is napi_ok. */
bool pc_check(napi_env env, napi_status status);

/* Reads exactly `count` arguments; missing ones are undefined. */
bool pc_arguments_read(napi_env env,
                       napi_callback_info info,
                       napi_value *arguments,
                       size_t count);

bool pc_number_read(napi_env env, napi_value value, double *out);

/* A property that must be a number or a boolean. */
bool pc_number_property(napi_env env,
                        napi_value object,
                        const char *name,
                        double *out);

/*
 * Copies a string property as UTF-8 with a NUL; gives it in *out (free).
 * Strings that hold a NUL are refused.
 */
bool pc_string_property(napi_env env,
                        napi_value object,
                        const char *name,
                        char **out);

/*
 * Which of the strings in a row are header lines, bytes on the wire that lib/
 * has made sure are latin1: number `lines` of each `period`.
 */
struct pc_words_layout {
  uint32_t period;
  uint32_t lines;
};

/*
 * Copies the first `count` strings of a JS array into `texts`, made here, each
 * with a NUL behind it. On failure pc_texts_deinit is due all the same.
 */
bool pc_words_read(napi_env env,
                   napi_value array,
                   uint32_t count,
                   struct pc_words_layout layout,
                   struct pc_texts *texts);

/*
 * Copies every string of a JS array into `texts`, made here, as UTF-8 with lone
 * surrogates as U+FFFD. On failure nothing is left.
 */
bool pc_texts_read(napi_env env, napi_value array, struct pc_texts *texts);

/*
 * Copies a Float64Array, what its owner counts of each text, into `texts`;
 * undefined is nothing.
 */
bool pc_tokens_read(napi_env env, napi_value array, struct pc_texts *texts);

/* Lends the elements of a Float64Array. */
bool pc_doubles_read(napi_env env,
                     napi_value array,
                     const double **out,
                     size_t *count);

/*
 * Lends what an external with our tag stands for; `name` is that of the
 * argument. NULL: an exception is pending.
 */
void *pc_external_read(napi_env env,
                       napi_value value,
                       const napi_type_tag *tag,
                       const char *name);

napi_value pc_undefined(napi_env env);

/* A JS string, or undefined when V8 cannot make it. */
napi_value pc_string_make(napi_env env, const struct pc_bytes *bytes);
napi_value pc_latin1_make(napi_env env, const struct pc_bytes *bytes);
napi_value pc_text_make(napi_env env, const char *text);

napi_value pc_number_make(napi_env env, double number);

void pc_number_set(napi_env env,
                   napi_value object,
                   const char *name,
                   double number);

void pc_counter_set(napi_env env,
                    napi_value object,
                    const char *name,
                    const pc_counter *counter);

void pc_property_set(napi_env env,
                     napi_value object,
                     const char *name,
                     napi_value value);

#endif
