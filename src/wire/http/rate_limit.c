#include "wire/http/rate_limit.h"

#include <string.h>
#include <strings.h>

#include "wire/http/head.h"

enum { MS_PER_S = 1000, MS_PER_MINUTE = 60000, MS_PER_HOUR = 3600000 };

static const uint64_t MOST = UINT64_C(1000000000000); /* fits when it is ns */

/* What a draft says in two fields. */
struct draft {
  struct pc_text limit;
  struct pc_text policy;
};

static bool is_word(struct pc_text text, const char *word)
{
  return text.size == strlen(word) &&
         strncasecmp(text.data, word, text.size) == 0;
}

/* Takes `word` off the front, if it stands there. */
static bool take_word(struct pc_text *text, const char *word)
{
  size_t size = strlen(word);

  if (text->size < size || strncasecmp(text->data, word, size) != 0)
    return false;
  pc_text_drop(text, size);
  return true;
}

static bool read_count(struct pc_text text, double *out)
{
  uint64_t count = 0;

  if (!pc_http_head_number(text, 1, MOST, &count))
    return false;
  *out = (double)count;
  return true;
}

/* Milliseconds of a unit of Go's that stands at the front; 0 for none. */
static double take_unit(struct pc_text *text)
{
  if (take_word(text, "ms"))
    return 1;
  if (take_word(text, "us") || take_word(text, "\xc2\xb5s"))
    return 1e-3;
  if (take_word(text, "ns"))
    return 1e-6;
  if (take_word(text, "s"))
    return MS_PER_S;
  if (take_word(text, "m"))
    return MS_PER_MINUTE;
  return take_word(text, "h") ? MS_PER_HOUR : 0;
}

/* "6m0s", "1.5s", "12ms"; or seconds as a plain number. */
static bool read_duration(struct pc_text text, uint64_t *out)
{
  uint64_t total = 0;

  if (pc_http_head_number(text, MS_PER_S, MOST, out))
    return true;
  if (!text.size)
    return false;
  while (text.size) {
    struct pc_text number = text;
    uint64_t part = 0;
    double unit = 0;

    number.size = 0;
    while (number.size < text.size && (pc_is_digit(text.data[number.size]) ||
                                       text.data[number.size] == '.'))
      number.size++;
    pc_text_drop(&text, number.size);
    unit = take_unit(&text);
    if (unit <= 0 || !pc_http_head_number(number, unit, MOST, &part))
      return false;
    total = total + part < MOST ? total + part : MOST;
  }
  *out = total;
  return true;
}

static void set_remaining(struct pc_rate_limit *limit, struct pc_text value)
{
  limit->has_remaining = read_count(value, &limit->remaining);
}

static void set_reset(struct pc_rate_limit *limit, struct pc_text value)
{
  limit->has_reset = read_duration(value, &limit->reset_ms);
}

/* --- OpenAI's names */

static void take_openai(struct pc_rate_limits *limits,
                        struct pc_text name,
                        struct pc_text value)
{
  struct pc_text what = pc_text_before(name, '-');
  struct pc_rate_limit *limit = NULL;

  pc_text_drop(&name, what.size);
  if (is_word(name, "-requests"))
    limit = &limits->requests;
  else if (is_word(name, "-tokens"))
    limit = &limits->tokens;
  else
    return;
  limit->is_gradual = true;
  if (is_word(what, "remaining"))
    set_remaining(limit, value);
  else if (is_word(what, "reset"))
    set_reset(limit, value);
  else if (is_word(what, "limit"))
    (void)read_count(value, &limit->limit);
}

/* --- the draft's */

/* Takes what is in front of the first `end` off, which may be quoted. */
static struct pc_text take_part(struct pc_text *text, char end)
{
  struct pc_text part = *text;
  bool is_quoted = false;
  size_t at = 0;

  for (; at < text->size && (is_quoted || text->data[at] != end); at++) {
    if (is_quoted && text->data[at] == '\\' && at + 1 < text->size)
      at++;
    else if (text->data[at] == '"')
      is_quoted = !is_quoted;
  }
  part.size = at;
  pc_text_drop(text, at + (at < text->size));
  return pc_text_trim(part);
}

/* Finds the parameter `key` of a member, or the key=value that it is. */
static bool
find_parameter(struct pc_text member, const char *key, struct pc_text *value)
{
  while (member.size) {
    struct pc_text part = take_part(&member, ';');

    if (take_word(&part, key) && take_word(&part, "=")) {
      *value = part;
      return true;
    }
  }
  return false;
}

static struct pc_text name_of(struct pc_text member)
{
  return take_part(&member, ';');
}

static bool is_same(struct pc_text one, struct pc_text other)
{
  return one.size == other.size && memcmp(one.data, other.data, one.size) == 0;
}

/* The policy counts requests, unless it names another unit. */
static bool counts_requests(struct pc_text policies, struct pc_text name)
{
  struct pc_text unit = {0};

  while (policies.size) {
    struct pc_text policy = take_part(&policies, ',');

    if (is_same(name_of(policy), name) && find_parameter(policy, "qu", &unit))
      return is_word(unit, "\"requests\"");
  }
  return true;
}

static void take_least(struct pc_rate_limit *limit,
                       const struct pc_rate_limit *other)
{
  if (!limit->has_remaining || other->remaining < limit->remaining ||
      (other->remaining <= limit->remaining &&
       other->reset_ms > limit->reset_ms))
    *limit = *other;
}

static void take_draft(struct pc_rate_limit *limit, struct draft draft)
{
  struct pc_text value = {0};

  while (draft.limit.size) {
    struct pc_text member = take_part(&draft.limit, ',');
    struct pc_rate_limit one = {.has_reset = false};

    if (find_parameter(member, "remaining", &value))
      set_remaining(limit, value);
    else if (find_parameter(member, "reset", &value))
      set_reset(limit, value);
    if (!counts_requests(draft.policy, name_of(member)) ||
        !find_parameter(member, "r", &value))
      continue;
    set_remaining(&one, value);
    if (find_parameter(member, "t", &value))
      set_reset(&one, value);
    if (one.has_remaining)
      take_least(limit, &one);
  }
}

static void take_line(struct pc_rate_limits *limits,
                      struct draft *draft,
                      struct pc_text line)
{
  struct pc_text name = pc_text_before(line, ':');
  struct pc_text value = line;

  pc_text_drop(&value, name.size + (name.size < line.size));
  value = pc_text_trim(value);
  if (take_word(&name, "x-ratelimit-"))
    take_openai(limits, name, value);
  else if (is_word(name, "ratelimit"))
    draft->limit = value;
  else if (is_word(name, "ratelimit-policy"))
    draft->policy = value;
  else if (is_word(name, "ratelimit-remaining"))
    set_remaining(&limits->requests, value);
  else if (is_word(name, "ratelimit-reset"))
    set_reset(&limits->requests, value);
}

/* Nearly all lines are none of these, and told so by their first byte. */
static bool may_be_meant(struct pc_text line)
{
  int first = line.size ? line.data[0] | 0x20 : 0;

  return (first == 'r' || first == 'x') && line.size > strlen("ratelimit");
}

bool pc_rate_limits_read(struct pc_text head, struct pc_rate_limits *out)
{
  struct draft draft = {.limit = {0}};

  *out = (struct pc_rate_limits){.requests = {0}};
  while (head.size) {
    struct pc_text line = pc_text_take_line(&head);

    if (may_be_meant(line))
      take_line(out, &draft, line);
  }
  take_draft(&out->requests, draft);
  return out->requests.has_remaining || out->tokens.has_remaining;
}
