#include "wire/msgpack/scan.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "wire/json/string.h"

/* Private to the table: an integer that may be below 0, and lead bytes of no
   meaning. */
enum { SIGNED = PC_MSGPACK_NIL + 1, NOTHING };

/* What a lead byte says: a token and its argument, or how many bytes of it
   follow. */
struct head {
  unsigned char token;
  unsigned char width;
  uint64_t argument;
};

enum { FIRST_LISTED = 0xc0, FIRST_NEGATIVE = 0xe0 };

static const struct head heads[FIRST_NEGATIVE - FIRST_LISTED] = {
    [0xc0 - FIRST_LISTED] = {PC_MSGPACK_NIL, 0, 0},
    [0xc1 - FIRST_LISTED] = {NOTHING, 0, 0},
    [0xc2 - FIRST_LISTED] = {PC_MSGPACK_FALSE, 0, 0},
    [0xc3 - FIRST_LISTED] = {PC_MSGPACK_TRUE, 0, 0},
    [0xc4 - FIRST_LISTED] = {PC_MSGPACK_BINARY, 1, 0},
    [0xc5 - FIRST_LISTED] = {PC_MSGPACK_BINARY, 2, 0},
    [0xc6 - FIRST_LISTED] = {PC_MSGPACK_BINARY, 4, 0},
    [0xc7 - FIRST_LISTED] = {PC_MSGPACK_EXTENSION, 1, 0},
    [0xc8 - FIRST_LISTED] = {PC_MSGPACK_EXTENSION, 2, 0},
    [0xc9 - FIRST_LISTED] = {PC_MSGPACK_EXTENSION, 4, 0},
    [0xca - FIRST_LISTED] = {PC_MSGPACK_FLOAT32, 4, 0},
    [0xcb - FIRST_LISTED] = {PC_MSGPACK_FLOAT64, 8, 0},
    [0xcc - FIRST_LISTED] = {PC_MSGPACK_WHOLE, 1, 0},
    [0xcd - FIRST_LISTED] = {PC_MSGPACK_WHOLE, 2, 0},
    [0xce - FIRST_LISTED] = {PC_MSGPACK_WHOLE, 4, 0},
    [0xcf - FIRST_LISTED] = {PC_MSGPACK_WHOLE, 8, 0},
    [0xd0 - FIRST_LISTED] = {SIGNED, 1, 0},
    [0xd1 - FIRST_LISTED] = {SIGNED, 2, 0},
    [0xd2 - FIRST_LISTED] = {SIGNED, 4, 0},
    [0xd3 - FIRST_LISTED] = {SIGNED, 8, 0},
    [0xd4 - FIRST_LISTED] = {PC_MSGPACK_EXTENSION, 0, 1},
    [0xd5 - FIRST_LISTED] = {PC_MSGPACK_EXTENSION, 0, 2},
    [0xd6 - FIRST_LISTED] = {PC_MSGPACK_EXTENSION, 0, 4},
    [0xd7 - FIRST_LISTED] = {PC_MSGPACK_EXTENSION, 0, 8},
    [0xd8 - FIRST_LISTED] = {PC_MSGPACK_EXTENSION, 0, 16},
    [0xd9 - FIRST_LISTED] = {PC_MSGPACK_STRING, 1, 0},
    [0xda - FIRST_LISTED] = {PC_MSGPACK_STRING, 2, 0},
    [0xdb - FIRST_LISTED] = {PC_MSGPACK_STRING, 4, 0},
    [0xdc - FIRST_LISTED] = {PC_MSGPACK_ARRAY_BEGIN, 2, 0},
    [0xdd - FIRST_LISTED] = {PC_MSGPACK_ARRAY_BEGIN, 4, 0},
    [0xde - FIRST_LISTED] = {PC_MSGPACK_MAP_BEGIN, 2, 0},
    [0xdf - FIRST_LISTED] = {PC_MSGPACK_MAP_BEGIN, 4, 0}};

static struct head head_of(unsigned char lead)
{
  if (lead < 0x80)
    return (struct head){PC_MSGPACK_WHOLE, 0, lead};
  if (lead < 0x90)
    return (struct head){PC_MSGPACK_MAP_BEGIN, 0, lead & 0x0fu};
  if (lead < 0xa0)
    return (struct head){PC_MSGPACK_ARRAY_BEGIN, 0, lead & 0x0fu};
  if (lead < FIRST_LISTED)
    return (struct head){PC_MSGPACK_STRING, 0, lead & 0x1fu};
  if (lead < FIRST_NEGATIVE)
    return heads[lead - FIRST_LISTED];
  return (struct head){PC_MSGPACK_NEGATIVE, 0, (uint64_t)lead - 0x100};
}

static uint64_t read_big_endian(const char *bytes, unsigned width)
{
  uint64_t value = 0;

  for (unsigned i = 0; i < width; i++)
    value = value << 8 | (unsigned char)bytes[i];
  return value;
}

static enum pc_msgpack_token refuse(struct pc_msgpack_scan *scan,
                                    const char *reason)
{
  scan->reason = reason;
  return PC_MSGPACK_BAD;
}

/* The text ends at a place where more must come. */
static enum pc_msgpack_token
run_out(struct pc_msgpack_scan *scan, size_t size, bool is_last)
{
  if (!is_last)
    return PC_MSGPACK_MORE;
  scan->at = size;
  return refuse(scan, "the body ends too early");
}

static bool is_map(const struct pc_msgpack_scan *scan, unsigned level)
{
  return scan->is_map[level / 64] >> level % 64 & 1;
}

static bool expects_key(const struct pc_msgpack_scan *scan)
{
  unsigned level = scan->depth - 1;

  return scan->depth && is_map(scan, level) && scan->left[level] % 2 == 0;
}

static bool may_be_key(unsigned token)
{
  return token == PC_MSGPACK_STRING || token == PC_MSGPACK_WHOLE ||
         token == PC_MSGPACK_NEGATIVE || token == SIGNED;
}

static void count_value(struct pc_msgpack_scan *scan)
{
  if (scan->depth)
    scan->left[scan->depth - 1]--;
  else
    scan->has_value = true;
}

static void open_level(struct pc_msgpack_scan *scan, const struct head *head)
{
  unsigned level = scan->depth++;
  uint64_t bit = (uint64_t)1 << level % 64;

  if (head->token == PC_MSGPACK_MAP_BEGIN) {
    scan->is_map[level / 64] |= bit;
    scan->left[level] = 2 * head->argument;
  } else {
    scan->is_map[level / 64] &= ~bit;
    scan->left[level] = head->argument;
  }
}

static double float_of(const struct head *head)
{
  uint32_t half = (uint32_t)head->argument;
  float narrow = 0;
  double wide = 0;

  memcpy(&narrow, &half, sizeof(narrow));
  memcpy(&wide, &head->argument, sizeof(wide));
  return head->token == PC_MSGPACK_FLOAT32 ? (double)narrow : wide;
}

/* An integer with its sign; one that is not below 0 is like any other. */
static void extend_sign(struct head *head)
{
  uint64_t sign = 0;

  assert(head->width > 0);
  sign = (uint64_t)1 << (8 * head->width - 1);
  head->token = head->argument & sign ? PC_MSGPACK_NEGATIVE : PC_MSGPACK_WHOLE;
  head->argument = (head->argument ^ sign) - sign;
}

/* Gives out the token that ends at `end`. */
static enum pc_msgpack_token
give(struct pc_msgpack_scan *scan, struct head head, size_t end)
{
  scan->is_key = expects_key(scan);
  count_value(scan);
  if (head.token == SIGNED)
    extend_sign(&head);
  scan->whole = head.argument;
  if (head.token == PC_MSGPACK_FLOAT32 || head.token == PC_MSGPACK_FLOAT64)
    scan->number = float_of(&head);
  if (head.token == PC_MSGPACK_MAP_BEGIN ||
      head.token == PC_MSGPACK_ARRAY_BEGIN)
    open_level(scan, &head);
  scan->at = end;
  return (enum pc_msgpack_token)head.token;
}

static const char *find_fault(const struct pc_msgpack_scan *scan,
                              unsigned token)
{
  if (token == NOTHING)
    return "a byte that begins no value";
  if (expects_key(scan) && !may_be_key(token))
    return "a key that is neither a string nor a whole number";
  if ((token == PC_MSGPACK_MAP_BEGIN || token == PC_MSGPACK_ARRAY_BEGIN) &&
      scan->depth == PC_MSGPACK_MAX_DEPTH)
    return "nested too deeply";
  return NULL;
}

/* Bytes behind the head that belong to the token. */
static uint64_t payload_size(const struct head *head)
{
  if (head->token == PC_MSGPACK_EXTENSION)
    return head->argument + 1;
  if (head->token == PC_MSGPACK_STRING || head->token == PC_MSGPACK_BINARY)
    return head->argument;
  return 0;
}

static enum pc_msgpack_token read_value(struct pc_msgpack_scan *scan,
                                        const char *text,
                                        size_t size,
                                        bool is_last)
{
  struct head head = head_of((unsigned char)text[scan->at]);
  const char *reason = find_fault(scan, head.token);
  size_t at = scan->at + 1;
  uint64_t payload = 0;

  if (reason)
    return refuse(scan, reason);
  if (head.width > size - at)
    return run_out(scan, size, is_last);
  if (head.width)
    head.argument = read_big_endian(text + at, head.width);
  at += head.width;
  payload = payload_size(&head);
  if (payload > size - at)
    return run_out(scan, size, is_last);
  scan->start = at + (head.token == PC_MSGPACK_EXTENSION);
  scan->size = (size_t)payload - (head.token == PC_MSGPACK_EXTENSION);
  if (head.token == PC_MSGPACK_STRING &&
      !pc_json_string_is_utf8(text + scan->start, scan->size))
    return refuse(scan, "a string that is not UTF-8");
  return give(scan, head, at + (size_t)payload);
}

static enum pc_msgpack_token end_level(struct pc_msgpack_scan *scan)
{
  scan->depth--;
  scan->is_key = false;
  return is_map(scan, scan->depth) ? PC_MSGPACK_MAP_END : PC_MSGPACK_ARRAY_END;
}

static enum pc_msgpack_token read_token(struct pc_msgpack_scan *scan,
                                        const char *text,
                                        size_t size,
                                        bool is_last)
{
  bool is_over = scan->has_value && !scan->depth;

  if (scan->reason)
    return PC_MSGPACK_BAD;
  if (scan->depth && !scan->left[scan->depth - 1])
    return end_level(scan);
  if (is_over && scan->at < size)
    return refuse(scan, "nothing may follow the value");
  if (is_over)
    return is_last ? PC_MSGPACK_END : PC_MSGPACK_MORE;
  return scan->at < size ? read_value(scan, text, size, is_last)
                         : run_out(scan, size, is_last);
}

void pc_msgpack_scan_init(struct pc_msgpack_scan *scan)
{
  scan->at = 0;
  scan->dropped = 0;
  scan->is_key = false;
  scan->reason = NULL;
  scan->depth = 0;
  scan->has_value = false;
  scan->passing = 0;
}

enum pc_msgpack_token pc_msgpack_scan_next(struct pc_msgpack_scan *scan,
                                           const char *text,
                                           size_t size,
                                           bool is_last)
{
  for (;;) {
    enum pc_msgpack_token token = read_token(scan, text, size, is_last);

    if (token <= PC_MSGPACK_END || !scan->passing) {
      scan->token = token;
      return token;
    }
    if (scan->depth < scan->passing)
      scan->passing = 0;
  }
}

void pc_msgpack_scan_shift(struct pc_msgpack_scan *scan)
{
  scan->dropped += scan->at;
  scan->at = 0;
}

void pc_msgpack_scan_pass(struct pc_msgpack_scan *scan)
{
  if (scan->token == PC_MSGPACK_MAP_BEGIN ||
      scan->token == PC_MSGPACK_ARRAY_BEGIN)
    scan->passing = scan->depth;
}

enum pc_status pc_msgpack_scan_explain(const struct pc_msgpack_scan *scan,
                                       struct pc_fault *fault)
{
  return pc_fault_set(fault, PC_PARSE_ERROR, "not MessagePack at byte %zu: %s",
                      scan->dropped + scan->at, scan->reason);
}

bool pc_msgpack_is_named(struct pc_text content_type)
{
  static const char *const names[] = {
      "application/msgpack", "application/x-msgpack", "application/vnd.msgpack",
      "application/messagepack"};
  struct pc_text type = pc_text_trim(pc_text_before(content_type, ';'));

  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    if (type.size == strlen(names[i]) &&
        strncasecmp(type.data, names[i], type.size) == 0)
      return true;
  return false;
}
