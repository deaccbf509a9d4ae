/*
 * every_float.c - every float32, printed with 6 to 17 digits at random, is read
 * as strtof reads it.
 *
 *   every_float PART PARTS
 *
 * Takes one part of all 2^32 bit patterns, evenly spread. Each float is printed
 * with an exponent where %g puts one, or without, and lists of them are read
 * both by lists and number by number. Prints how many were read; ends at the
 * first that differs from strtof's.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/vectors/float_text.h"

enum {
  LIST_COUNT = 1024,
  NUMBER_SIZE = 64,
  FEWEST_DIGITS = 6,
  DIGIT_COUNTS = 12,
  SMALLEST_PLAIN = -24 /* power of ten; smaller numbers get an exponent */
};

struct list {
  char text[LIST_COUNT * NUMBER_SIZE];
  size_t size;
  float floats[LIST_COUNT];
  size_t count;
};

static void stop(const char *reason)
{
  fprintf(stderr, "every_float: %s\n", reason);
  exit(1);
}

static uint32_t mix(uint32_t bits)
{
  bits = (bits ^ bits >> 16) * UINT32_C(0x7feb352d);
  bits = (bits ^ bits >> 15) * UINT32_C(0x846ca68b);
  return bits ^ bits >> 16;
}

/* Half of those that can be are printed without an exponent. */
static int print_number(char *to, float value, uint32_t random)
{
  int digits = FEWEST_DIGITS + (int)(random % DIGIT_COUNTS);
  int power = value != 0 ? (int)floorf(log10f(fabsf(value))) : 0;

  if (random & 1 << 20 && power >= SMALLEST_PLAIN && power < FEWEST_DIGITS)
    return snprintf(to, NUMBER_SIZE, "%.*f", digits - 1 - power, (double)value);
  return snprintf(to, NUMBER_SIZE, "%.*g", digits, (double)value);
}

static void add_number(struct list *list, float value, uint32_t random)
{
  char *number = list->text + list->size;

  list->size += (size_t)print_number(number, value, random);
  list->floats[list->count++] = strtof(number, NULL);
  list->text[list->size++] = ',';
}

static void check_list(const struct list *list, bool reads_lists)
{
  struct pc_float_text reader;
  struct pc_bytes values;
  size_t at = 0;
  bool is_done = false;

  pc_bytes_init(&values, sizeof(list->floats));
  if (pc_bytes_reserve(&values, sizeof(list->floats)) != PC_OK)
    stop("no memory");
  pc_float_text_init(&reader);
  if (!reads_lists)
    reader.read_list = NULL;
  if (pc_float_text_read(&reader, list->text, list->size, &at, &values,
                         &is_done) != PC_OK ||
      !is_done)
    stop("a list was refused");
  if (values.size != list->count * sizeof(float) ||
      memcmp(values.data, list->floats, values.size) != 0) {
    fprintf(stderr, "in [%s\n", list->text);
    stop("a float differs from strtof's");
  }
  pc_bytes_deinit(&values);
}

static void read_list(struct list *list)
{
  list->text[list->size - 1] = ']';
  list->text[list->size] = '\0';
  check_list(list, true);
  check_list(list, false);
  list->size = 0;
  list->count = 0;
}

int main(int argument_count, char **arguments)
{
  static struct list list;
  uint64_t part = argument_count == 3 ? strtoul(arguments[1], NULL, 10) : 0;
  uint64_t parts = argument_count == 3 ? strtoul(arguments[2], NULL, 10) : 0;
  uint64_t read = 0;

  if (part >= parts)
    stop("usage: every_float PART PARTS, PART from 0 on");
  if (!pc_float_list_best())
    printf("this processor reads no lists\n");
  for (uint64_t bits = part; bits <= UINT32_MAX; bits += parts) {
    uint32_t pattern = (uint32_t)bits;
    float value = 0;

    memcpy(&value, &pattern, sizeof(value));
    if (!isfinite(value))
      continue;
    add_number(&list, value, mix(pattern));
    read++;
    if (list.count == LIST_COUNT)
      read_list(&list);
  }
  if (list.count)
    read_list(&list);
  printf("part %llu of %llu: %llu floats, all as strtof reads them\n",
         (unsigned long long)part, (unsigned long long)parts,
         (unsigned long long)read);
  return 0;
}
