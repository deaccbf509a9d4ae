#include "failing_alloc.h"

#include <curl/curl.h>
#include <execinfo.h>
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST_STACK = 32, LINE_SIZE = 512 };

static struct {
  pthread_mutex_t lock;
  struct shortage shortage; /* guard: lock; nth is 0 while disarmed */
  unsigned long count;      /* guard: lock */
  void *stack[DEEPEST_STACK];
  int stack_size;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

void failing_alloc_arm(struct shortage shortage)
{
  pthread_mutex_lock(&state.lock);
  state.shortage = shortage;
  state.count = 0;
  state.stack_size = 0;
  pthread_mutex_unlock(&state.lock);
}

bool failing_alloc_disarm(void)
{
  bool has_failed = false;

  pthread_mutex_lock(&state.lock);
  state.shortage.nth = 0;
  has_failed = state.stack_size > 0;
  pthread_mutex_unlock(&state.lock);
  return has_failed;
}

void failing_alloc_print(void)
{
  char line[LINE_SIZE];

  for (int i = 0; i < state.stack_size; i++) {
    __sanitizer_symbolize_pc(state.stack[i], "  %f %S", line, sizeof(line));
    printf("%s\n", line);
  }
}

static bool fails(bool is_libcurl)
{
  bool is_failure = false;

  pthread_mutex_lock(&state.lock);
  if (state.shortage.nth && (!is_libcurl || state.shortage.hits_libcurl)) {
    state.count++;
    is_failure = state.count == state.shortage.nth ||
                 (state.shortage.lasts && state.count > state.shortage.nth);
    if (is_failure && !state.stack_size)
      state.stack_size = backtrace(state.stack, DEEPEST_STACK);
  }
  pthread_mutex_unlock(&state.lock);
  return is_failure;
}

/* The starved core calls these by the names that objcopy gave them. */
void *failing_malloc(size_t size);
void *failing_calloc(size_t count, size_t size);
void *failing_realloc(void *memory, size_t size);
char *failing_strdup(const char *text);
CURLcode failing_curl_global_init(long flags);

void *failing_malloc(size_t size)
{
  return fails(false) ? NULL : malloc(size);
}

void *failing_calloc(size_t count, size_t size)
{
  return fails(false) ? NULL : calloc(count, size);
}

void *failing_realloc(void *memory, size_t size)
{
  return fails(false) ? NULL : realloc(memory, size);
}

char *failing_strdup(const char *text)
{
  return fails(false) ? NULL : strdup(text);
}

static void *curl_malloc(size_t size)
{
  return fails(true) ? NULL : malloc(size);
}

static void *curl_calloc(size_t count, size_t size)
{
  return fails(true) ? NULL : calloc(count, size);
}

static void *curl_realloc(void *memory, size_t size)
{
  return fails(true) ? NULL : realloc(memory, size);
}

static char *curl_strdup(const char *text)
{
  return fails(true) ? NULL : strdup(text);
}

CURLcode failing_curl_global_init(long flags)
{
  return curl_global_init_mem(flags, curl_malloc, free, curl_realloc,
                              curl_strdup, curl_calloc);
}
