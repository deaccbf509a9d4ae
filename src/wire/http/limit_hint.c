#include "wire/http/limit_hint.h"

#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

enum { READ_SIZE = 4096 }; /* a reason stands at the beginning */

/* Members in which servers repeat what they were sent, not what they think. */
static const char *const echoes[] = {"input", "inputs", "texts", "query"};

static const char *const words[] = {
    "batch",     "token",    "length",  "too long",
    "too large", "too many", "maximum", "exceed",
};

static bool holds(const char *text, size_t size, const char *word)
{
  size_t word_size = strlen(word);

  for (size_t at = 0; at + word_size <= size; at++)
    if (strncasecmp(text + at, word, word_size) == 0)
      return true;
  return false;
}

static bool holds_hint(const char *text, size_t size)
{
  size_t read = size < READ_SIZE ? size : READ_SIZE;

  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
    if (holds(text, read, words[i]))
      return true;
  return false;
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
