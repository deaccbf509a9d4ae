/*
 * harness.h - runs the tests of one executable and counts them.
 *
 * A test is `static void sentence_like_name(void)`; main ends with
 *
 *   static const struct harness_test tests[] = {TEST(a_name), TEST(another)};
 *   return HARNESS_RUN(tests);
 *
 * A failed check is printed with its place and the test goes on; checks answer
 * whether they held, so a test may leave early: if (!CHECK(x)) return;
 * Checks may run on any thread while the test that started it waits.
 */
#ifndef PC_TEST_HARNESS_H
#define PC_TEST_HARNESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct harness_test {
  const char *name;
  void (*run)(void);
};

static atomic_bool harness_has_failed; /* in the test that runs now */

static inline bool
harness_check(bool holds, const char *what, const char *file, int line)
{
  if (!holds) {
    printf("%s:%d: %s\n", file, line, what);
    atomic_store(&harness_has_failed, true);
  }
  return holds;
}

static inline bool harness_check_number(long long actual,
                                        long long expected,
                                        const char *what,
                                        const char *file,
                                        int line)
{
  if (actual != expected)
    printf("%s:%d: got %lld, expected %lld\n", file, line, actual, expected);
  return harness_check(actual == expected, what, file, line);
}

static inline bool harness_check_text(const char *actual,
                                      const char *expected,
                                      const char *what,
                                      const char *file,
                                      int line)
{
  bool holds = actual && strcmp(actual, expected) == 0;

  if (!holds)
    printf("%s:%d: got \"%s\", expected \"%s\"\n", file, line,
           actual ? actual : "(null)", expected);
  return harness_check(holds, what, file, line);
}

/* How many rounds a test with random input goes; PC_TEST_LONG multiplies. */
static inline long harness_rounds(long usual)
{
  const char *text = getenv("PC_TEST_LONG");
  long factor = text ? strtol(text, NULL, 10) : 1;

  return factor > 1 ? usual * factor : usual;
}

/* The next number of a sequence that is the same in every run. */
static inline uint64_t harness_random(uint64_t *state)
{
  uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

  mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
  return mixed ^ mixed >> 31;
}

static inline int harness_run(const struct harness_test *tests, size_t count)
{
  size_t failed = 0;

  for (size_t i = 0; i < count; i++) {
    atomic_store(&harness_has_failed, false);
    tests[i].run();
    if (atomic_load(&harness_has_failed)) {
      printf("failed: %s\n", tests[i].name);
      failed++;
    }
    fflush(stdout);
  }
  printf("%zu passed, %zu failed\n", count - failed, failed);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define TEST(name)                                                             \
  {                                                                            \
#name, name                                                                \
  }
#define HARNESS_RUN(tests) harness_run(tests, sizeof(tests) / sizeof(*(tests)))

#define CHECK(expression)                                                      \
  harness_check((expression), #expression, __FILE__, __LINE__)
#define CHECK_NUMBER(actual, expected)                                         \
  harness_check_number((long long)(actual), (long long)(expected),             \
                       #actual " == " #expected, __FILE__, __LINE__)
#define CHECK_TEXT(actual, expected)                                           \
  harness_check_text((actual), (expected), #actual " is " #expected, __FILE__, \
                     __LINE__)

#endif
