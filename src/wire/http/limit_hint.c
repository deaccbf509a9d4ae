#include "wire/http/limit_hint.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

enum { READ_SIZE = 4096 }; /* a reason stands at the beginning */

/* Members in which servers repeat what they were sent, not what they think. */
static const char *const echoes[] = {"input", "inputs", "texts", "query"};

/* A limit is told in two words: what has one ... */
static const char *const subjects[] = {
    "batch", "input", "text",    "token",    "item",
    "array", "body",  "payload", "document", "context length",
};

/* ... and that it was passed. */
static const char *const measures[] = {
    "too many", "too large", "too long", "exceed",
    "maximum",  "less than", "at most",  "max allowed",
};

/* How FastAPI begins about the range of one value, whatever the batch. */
static const char one_value[] = "input should be ";

/* Names like max_tokens are one word, which does not begin with "tokens". */
static bool is_of_word(char character)
{
  return isalnum((unsigned char)character) || character == '_';
}

/* Does a word of the text begin so? */
static bool holds(const char *text, size_t size, const char *word)
{
  size_t word_size = strlen(word);

  for (size_t at = 0; at + word_size <= size; at++)
    if (strncasecmp(text + at, word, word_size) == 0 &&
        (!at || !is_of_word(text[at - 1])))
      return true;
  return false;
}

static bool
holds_any(const char *text, size_t size, const char *const *words, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (holds(text, size, words[i]))
      return true;
  return false;
}

static bool holds_hint(const char *text, size_t size)
{
  size_t read = size < READ_SIZE ? size : READ_SIZE;

  return holds_any(text, read, subjects,
                   sizeof(subjects) / sizeof(subjects[0])) &&
         holds_any(text, read, measures,
                   sizeof(measures) / sizeof(measures[0])) &&
         !holds(text, read, one_value);
}

static bool is_echo(const cJSON *member)
{
  for (size_t i = 0; member->string && i < sizeof(echoes) / sizeof(echoes[0]);
       i++)
    if (strcmp(member->string, echoes[i]) == 0)
      return true;
  return false;
}

/* cJSON nests at most 1,000 deep, and so does this. */
static bool says_hint(const cJSON *value)
{
  if (is_echo(value))
    return false;
  if (cJSON_IsString(value))
    return holds_hint(value->valuestring, strlen(value->valuestring));
  for (const cJSON *child = value->child; child; child = child->next)
    if (says_hint(child))
      return true;
  return false;
}

bool pc_limit_hint(long http_status, const char *body, size_t size)
{
  cJSON *error = NULL;
  bool is_hint = false;

  if (http_status == 413)
    return true;
  if (http_status != 400 && http_status != 422)
    return false;
  error = cJSON_ParseWithLengthOpts(body, size, NULL, false);
  if (!error)
    return holds_hint(body, size);
  is_hint = says_hint(error);
  cJSON_Delete(error);
  return is_hint;
}
