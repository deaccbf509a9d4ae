/*
 * plain_json.h - is a text JSON? The grammar of RFC 8259, one function a rule.
 *
 * Each function passes over one thing at the start of a NUL-terminated text and
 * answers what is behind it, or NULL when there is no such thing.
 */
#ifndef PC_FUZZ_PLAIN_JSON_H
#define PC_FUZZ_PLAIN_JSON_H

#include "plain.h"

#define PLAIN_BLANKS " \t\r\n"
#define PLAIN_DIGITS "0123456789"

static inline const char *plain_value(const char *at, unsigned depth);

static inline const char *plain_digits(const char *at)
{
  size_t count = strspn(at, PLAIN_DIGITS);

  return count ? at + count : NULL;
}

static inline const char *plain_number(const char *at)
{
  at += *at == '-';
  at = *at == '0' ? at + 1 : plain_digits(at);
  if (at && *at == '.')
    at = plain_digits(at + 1);
  if (at && (*at == 'e' || *at == 'E')) {
    at++;
    at = plain_digits(at + (*at == '+' || *at == '-'));
  }
  return at;
}

static inline const char *plain_escape(const char *at)
{
  if (at[1] != 'u')
    return at[1] && strchr("\"\\/bfnrt", at[1]) ? at + 2 : NULL;
  return strspn(at + 2, PLAIN_DIGITS "abcdefABCDEF") >= 4
             ? at + PLAIN_ESCAPE_SIZE
             : NULL;
}

static inline const char *plain_string(const char *at)
{
  if (*at++ != '"')
    return NULL;
  while (at && *at != '"') {
    size_t size = plain_utf8_size((const uint8_t *)at, strnlen(at, 4));

    if (*at == '\\')
      at = plain_escape(at);
    else
      at = (unsigned char)*at >= ' ' && size ? at + size : NULL;
  }
  return at ? at + 1 : NULL;
}

static inline const char *plain_blanks(const char *at)
{
  return at ? at + strspn(at, PLAIN_BLANKS) : NULL;
}

static inline const char *plain_member(const char *at, unsigned depth)
{
  at = plain_blanks(plain_string(at));
  return at && *at == ':' ? plain_value(at + 1, depth) : NULL;
}

/* Elements or members up to the closing bracket. */
static inline const char *plain_list(const char *at, char close, unsigned depth)
{
  at = plain_blanks(at + 1);
  if (*at == close)
    return at + 1;
  for (;;) {
    at = close == ']' ? plain_value(at, depth) : plain_member(at, depth);
    at = plain_blanks(at);
    if (!at || *at != ',')
      return at && *at == close ? at + 1 : NULL;
    at = plain_blanks(at + 1);
  }
}

/* A value with blanks around it, at most `depth` lists deep. */
static inline const char *plain_value(const char *at, unsigned depth)
{
  static const char *const words[] = {"true", "false", "null"};

  at = plain_blanks(at);
  if (*at == '[' || *at == '{') {
    at = depth ? plain_list(at, *at == '[' ? ']' : '}', depth - 1) : NULL;
    return plain_blanks(at);
  }
  if (*at == '"')
    return plain_blanks(plain_string(at));
  for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
    if (strncmp(at, words[i], strlen(words[i])) == 0)
      return plain_blanks(at + strlen(words[i]));
  return plain_blanks(plain_number(at));
}

/* Is all of text[0..size), with a NUL behind it, one value? */
static inline bool plain_is_json(const char *text, size_t size, unsigned depth)
{
  static const char mark[] = "\xef\xbb\xbf";
  const char *start = text;

  if (strncmp(text, mark, strlen(mark)) == 0)
    start += strlen(mark);
  return plain_value(start, depth) == text + size;
}

#endif
