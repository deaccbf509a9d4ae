/*
 * A header is found where a plain walk over the lines finds it, and a number is
 * read as strtod reads it, up to the last place and the ceiling.
 * Knob: which header, and in which unit.
 */
#include "fuzz.h"

#include <strings.h>

#include "wire/http/head.h"

static const uint64_t most = UINT64_C(1) << 40;

/* Blanks and the CR that may stand before the end of a line. */
static bool is_blank(char byte)
{
  return byte == ' ' || byte == '\t' || byte == '\r';
}

/* The offset behind the colon of the first such line, 0 when there is none. */
static size_t find_plainly(const char *head, size_t size, const char *name)
{
  size_t name_size = strlen(name);

  for (size_t at = 0; at + name_size < size; at++) {
    if ((at == 0 || head[at - 1] == '\n') && head[at + name_size] == ':' &&
        strncasecmp(head + at, name, name_size) == 0)
      return at + name_size + 1;
  }
  return 0;
}

static void
check_value(const char *head, size_t size, size_t start, struct pc_text value)
{
  size_t at = (size_t)(value.data - head);

  REQUIRE(at >= start && at + value.size <= size);
  REQUIRE(!value.size || !is_blank(value.data[0]));
  REQUIRE(!value.size || !is_blank(value.data[value.size - 1]));
  REQUIRE(!memchr(value.data, '\n', value.size));
  for (size_t i = start; i < at; i++)
    REQUIRE(is_blank(head[i]));
  for (size_t i = at + value.size; i < size && head[i] != '\n'; i++)
    REQUIRE(is_blank(head[i]));
}

static void check_number(struct pc_text value, double factor)
{
  char *text = fuzz_copy_text(value.data, value.size);
  size_t whole = strspn(text, "0123456789");
  size_t end = whole;
  uint64_t number = 0;
  double expected = 0;

  if (text[end] == '.')
    end += 1 + strspn(text + end + 1, "0123456789");
  REQUIRE(pc_http_head_number(value, factor, most, &number) ==
          (whole > 0 && end == value.size));
  if (whole > 0 && end == value.size) {
    expected = strtod(text, NULL) * factor;
    expected = expected < (double)most ? expected : (double)most;
    REQUIRE((double)number <= expected + 1 && (double)number + 2 > expected);
  }
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  unsigned knob = fuzz_take_knob(data, &size);
  const char *name = knob & 1 ? "retry-after" : "retry-after-ms";
  char *head = fuzz_copy(data, size);
  size_t start = find_plainly(head, size, name);
  struct pc_text value = {NULL, 0};

  REQUIRE(pc_http_head_find(head, size, name, &value) == (start > 0));
  if (start) {
    check_value(head, size, start, value);
    check_number(value, knob & 2 ? 1 : 1000);
  }
  free(head);
  return 0;
}
