#include "wire/json/scan.h"

#include <assert.h>
#include <string.h>

#include "base/chars.h"
#include "base/word.h"
#include "wire/json/string.h"

enum expected {
  EXPECT_START,        /* a byte order mark, or what EXPECT_VALUE takes */
  EXPECT_VALUE,        /* a value: behind a colon, or a comma in an array */
  EXPECT_VALUE_OR_END, /* behind an opening [ */
  EXPECT_KEY,          /* behind a comma in an object */
  EXPECT_KEY_OR_END,   /* behind an opening { */
  EXPECT_COLON,        /* behind a key */
  EXPECT_COMMA_OR_END, /* behind a value inside something */
  EXPECT_NOTHING       /* behind the outermost value */
};

enum { NOTHING_PASSED = PC_JSON_MAX_DEPTH }; /* no depth is above */

/* The caller's text, as one parameter. */
struct piece {
  const char *data;
  size_t size;
  bool is_last;
};

/* Indented text is mostly runs of spaces, compact text has no blanks at all. */
static inline size_t skip_blanks(const struct piece *text, size_t at)
{
  while (at < text->size && pc_is_blank(text->data[at])) {
    at++;
    while (text->size - at >= PC_WORD_SIZE &&
           pc_word_load(text->data + at) == pc_word_of(' '))
      at += PC_WORD_SIZE;
  }
  return at;
}

static enum pc_json_token
refuse(struct pc_json_scan *scan, size_t at, const char *reason)
{
  scan->at = at;
  scan->reason = reason;
  return PC_JSON_BAD;
}

/* The text ends at a place where more must come. */
static enum pc_json_token run_out(struct pc_json_scan *scan,
                                  const struct piece *text)
{
  if (text->is_last)
    return refuse(scan, text->size, "the text ends too early");
  return PC_JSON_MORE;
}

/* Gives out the token text[scan->at..end) whose slice drops `quotes`. */
static inline enum pc_json_token give(struct pc_json_scan *scan,
                                      enum pc_json_token token,
                                      size_t end,
                                      size_t quotes)
{
  scan->start = scan->at + quotes;
  scan->size = end - scan->at - 2 * quotes;
  scan->at = end;
  scan->resumed = 0;
  return token;
}

static inline void expect_next(struct pc_json_scan *scan)
{
  scan->expected = scan->depth ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

static inline bool is_in_object(const struct pc_json_scan *scan)
{
  unsigned level = scan->depth - 1;

  return scan->is_object[level / 64] >> (level % 64) & 1;
}

static enum pc_json_token open_container(struct pc_json_scan *scan,
                                         bool is_object)
{
  uint64_t bit = (uint64_t)1 << (scan->depth % 64);

  if (scan->depth == PC_JSON_MAX_DEPTH)
    return refuse(scan, scan->at, "nested deeper than 512");
  if (is_object)
    scan->is_object[scan->depth / 64] |= bit;
  else
    scan->is_object[scan->depth / 64] &= ~bit;
  scan->depth++;
  scan->expected = is_object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
  return give(scan, is_object ? PC_JSON_OBJECT_BEGIN : PC_JSON_ARRAY_BEGIN,
              scan->at + 1, 0);
}

static enum pc_json_token close_container(struct pc_json_scan *scan)
{
  bool was_object = is_in_object(scan);

  scan->depth--;
  expect_next(scan);
  return give(scan, was_object ? PC_JSON_OBJECT_END : PC_JSON_ARRAY_END,
              scan->at + 1, 0);
}

static enum pc_json_token read_word(struct pc_json_scan *scan,
                                    const struct piece *text,
                                    const char *word,
                                    size_t size,
                                    enum pc_json_token token)
{
  size_t here = text->size - scan->at;
  const char *found = text->data + scan->at;

  if (memcmp(found, word, here < size ? here : size) != 0)
    return refuse(scan, scan->at, "a value was expected");
  if (here < size)
    return run_out(scan, text);
  expect_next(scan);
  return give(scan, token, scan->at + size, 0);
}

static enum pc_json_token read_number(struct pc_json_scan *scan,
                                      const struct piece *text)
{
  size_t at = 0;

  if (!scan->resumed)
    scan->number_part = PC_JSON_NUMBER_START;
  at = pc_json_number_skip(text->data, text->size, scan->at + scan->resumed,
                           &scan->number_part);
  if (at == text->size && !text->is_last) {
    scan->resumed = at - scan->at;
    return PC_JSON_MORE;
  }
  if (!pc_json_number_may_end(scan->number_part))
    return at == text->size ? run_out(scan, text)
                            : refuse(scan, at, "a digit was expected");
  expect_next(scan);
  return give(scan, PC_JSON_NUMBER, at, 0);
}

static enum pc_json_token read_string(struct pc_json_scan *scan,
                                      const struct piece *text,
                                      enum pc_json_token token)
{
  size_t resumed = scan->resumed ? scan->resumed : 1;
  size_t at = pc_json_string_skip(text->data, text->size, scan->at + resumed,
                                  &scan->is_ascii, &scan->reason);

  if (scan->reason)
    return refuse(scan, at, scan->reason);
  if (at < text->size && text->data[at] == '"')
    return give(scan, token, at + 1, 1);
  scan->resumed = at - scan->at;
  return run_out(scan, text);
}

static enum pc_json_token read_key(struct pc_json_scan *scan,
                                   const struct piece *text)
{
  enum pc_json_token token = PC_JSON_BAD;

  if (text->data[scan->at] != '"')
    return refuse(scan, scan->at, "a member name was expected");
  token = read_string(scan, text, PC_JSON_KEY);
  if (token == PC_JSON_KEY)
    scan->expected = EXPECT_COLON;
  return token;
}

static enum pc_json_token read_string_value(struct pc_json_scan *scan,
                                            const struct piece *text)
{
  enum pc_json_token token = read_string(scan, text, PC_JSON_STRING);

  if (token == PC_JSON_STRING)
    expect_next(scan);
  return token;
}

static enum pc_json_token read_value(struct pc_json_scan *scan,
                                     const struct piece *text)
{
  char first = text->data[scan->at];

  switch (first) {
  case '"':
    return read_string_value(scan, text);
  case '{':
    return open_container(scan, true);
  case '[':
    return open_container(scan, false);
  case 't':
    return read_word(scan, text, "true", 4, PC_JSON_TRUE);
  case 'f':
    return read_word(scan, text, "false", 5, PC_JSON_FALSE);
  case 'n':
    return read_word(scan, text, "null", 4, PC_JSON_NULL);
  default:
    if (first == '-' || pc_is_digit(first))
      return read_number(scan, text);
    return refuse(scan, scan->at, "a value was expected");
  }
}

static enum pc_json_token read_end(struct pc_json_scan *scan, char byte)
{
  if (byte == (is_in_object(scan) ? '}' : ']'))
    return close_container(scan);
  return refuse(scan, scan->at, "a comma or a closing bracket was expected");
}

/* Skips a byte order mark; false when more text must show whether it is one. */
static bool skip_mark(struct pc_json_scan *scan, const struct piece *text)
{
  static const char mark[] = {'\xEF', '\xBB', '\xBF'};
  size_t same = 0;

  while (same < sizeof(mark) && same < text->size &&
         text->data[same] == mark[same])
    same++;
  if (same == text->size && same < sizeof(mark) && !text->is_last)
    return false;
  if (same == sizeof(mark)) {
    scan->at = same;
    scan->mark_size = same;
    scan->is_ascii = false;
  }
  scan->expected = EXPECT_VALUE;
  return true;
}

/* Reads up to the end of one token; commas and colons are not tokens. */
static enum pc_json_token read_token(struct pc_json_scan *scan,
                                     const struct piece *text)
{
  for (;;) {
    char byte = 0;

    scan->at = skip_blanks(text, scan->at);
    if (scan->at == text->size)
      return text->is_last && scan->expected == EXPECT_NOTHING
                 ? PC_JSON_END
                 : run_out(scan, text);
    byte = text->data[scan->at];
    switch ((enum expected)scan->expected) {
    case EXPECT_START:
    case EXPECT_VALUE:
      return read_value(scan, text);
    case EXPECT_VALUE_OR_END:
      return byte == ']' ? close_container(scan) : read_value(scan, text);
    case EXPECT_KEY:
      return read_key(scan, text);
    case EXPECT_KEY_OR_END:
      return byte == '}' ? close_container(scan) : read_key(scan, text);
    case EXPECT_COLON:
      if (byte != ':')
        return refuse(scan, scan->at, "a colon was expected");
      scan->expected = EXPECT_VALUE;
      break;
    case EXPECT_COMMA_OR_END:
      if (byte != ',')
        return read_end(scan, byte);
      scan->expected = is_in_object(scan) ? EXPECT_KEY : EXPECT_VALUE;
      break;
    case EXPECT_NOTHING:
      return refuse(scan, scan->at, "nothing may follow the value");
    }
    scan->at++;
  }
}

/* What follows in a list whose bracket or last element has just been read. */
static void skip_numbers(struct pc_json_scan *scan, const struct piece *text)
{
  size_t at = scan->at;
  size_t end = 0;

  if (scan->resumed || !scan->depth || is_in_object(scan) || at == text->size)
    return;
  if (scan->expected == EXPECT_COMMA_OR_END && text->data[at] == ',')
    at++;
  else if (scan->expected != EXPECT_VALUE_OR_END)
    return;
  end = pc_json_number_skip_list(text->data, text->size, at);
  if (end == at)
    return;
  scan->at = end;
  scan->expected = EXPECT_COMMA_OR_END;
}

/* Answers a token above PC_JSON_END once nothing is left to pass over. */
static enum pc_json_token pass_over(struct pc_json_scan *scan,
                                    const struct piece *text)
{
  enum pc_json_token token = PC_JSON_NULL;

  while (token > PC_JSON_END && scan->depth > scan->passed_depth) {
    if (token == PC_JSON_NULL || token == PC_JSON_ARRAY_BEGIN ||
        token == PC_JSON_NUMBER)
      skip_numbers(scan, text);
    token = read_token(scan, text);
  }
  if (token > PC_JSON_END)
    scan->passed_depth = NOTHING_PASSED;
  return token;
}

void pc_json_scan_init(struct pc_json_scan *scan)
{
  *scan = (struct pc_json_scan){.is_ascii = true,
                                .expected = EXPECT_START,
                                .passed_depth = NOTHING_PASSED};
}

enum pc_json_token pc_json_scan_next(struct pc_json_scan *scan,
                                     const char *text,
                                     size_t size,
                                     bool is_last)
{
  const struct piece piece = {text, size, is_last};

  if (scan->reason)
    return PC_JSON_BAD;
  if (scan->expected == EXPECT_START && !skip_mark(scan, &piece))
    return PC_JSON_MORE;
  if (scan->depth > scan->passed_depth) {
    enum pc_json_token token = pass_over(scan, &piece);

    if (token <= PC_JSON_END)
      return token;
  }
  return read_token(scan, &piece);
}

void pc_json_scan_shift(struct pc_json_scan *scan, size_t count)
{
  assert(count <= scan->at);
  scan->at -= count;
}

void pc_json_scan_leave_array(struct pc_json_scan *scan, size_t at)
{
  assert(scan->expected == EXPECT_VALUE_OR_END);
  scan->depth--;
  scan->at = at;
  expect_next(scan);
}

void pc_json_scan_pass(struct pc_json_scan *scan, enum pc_json_token token)
{
  if (token == PC_JSON_OBJECT_BEGIN || token == PC_JSON_ARRAY_BEGIN)
    scan->passed_depth = scan->depth - 1;
}

bool pc_json_scan_skip_value(struct pc_json_scan *scan,
                             const char *text,
                             size_t size,
                             enum pc_json_token token)
{
  const struct piece piece = {text, size, .is_last = true};

  pc_json_scan_pass(scan, token);
  return token > PC_JSON_END && pass_over(scan, &piece) > PC_JSON_END;
}

bool pc_json_scan_is(const struct pc_json_scan *scan,
                     const char *text,
                     const char *word)
{
  size_t size = strlen(word);

  return scan->size == size && memcmp(text + scan->start, word, size) == 0;
}

enum pc_status pc_json_scan_explain(const struct pc_json_scan *scan,
                                    size_t before,
                                    struct pc_fault *fault)
{
  return pc_fault_set(fault, PC_PARSE_ERROR, "not JSON at byte %zu: %s",
                      before + scan->at, scan->reason);
}
