/*
 * json_trace.h - writes down what the JSON scanner says about a text.
 *
 * Two scans of one text, cut in different ways, must leave the same trace.
 */
#ifndef PC_TEST_JSON_TRACE_H
#define PC_TEST_JSON_TRACE_H

#include "harness.h"

#include "base/bytes.h"
#include "wire/json/scan.h"

/*
 * What a scan said, one letter a token and the slice of keys and scalars:
 * "{ k=a n=1 }.", ending in "." for a whole text or "!at reason".
 */
struct trace {
  char text[8192];
  size_t size;
};

static inline void note(struct trace *trace, const char *text, size_t size)
{
  if (size > sizeof(trace->text) - 1 - trace->size)
    size = sizeof(trace->text) - 1 - trace->size;
  memcpy(trace->text + trace->size, text, size);
  trace->size += size;
  trace->text[trace->size] = '\0';
}

static inline void note_token(struct trace *trace,
                              enum pc_json_token token,
                              const struct pc_json_scan *scan,
                              const char *text)
{
  static const char *const names[] = {
      [PC_JSON_OBJECT_BEGIN] = "{ ", [PC_JSON_OBJECT_END] = "} ",
      [PC_JSON_ARRAY_BEGIN] = "[ ",  [PC_JSON_ARRAY_END] = "] ",
      [PC_JSON_KEY] = "k=",          [PC_JSON_STRING] = "s=",
      [PC_JSON_NUMBER] = "n=",       [PC_JSON_TRUE] = "true ",
      [PC_JSON_FALSE] = "false ",    [PC_JSON_NULL] = "null "};

  note(trace, names[token], strlen(names[token]));
  if (token != PC_JSON_KEY && token != PC_JSON_STRING &&
      token != PC_JSON_NUMBER)
    return;
  note(trace, text + scan->start, scan->size);
  note(trace, " ", 1);
}

static inline void note_end(struct trace *trace,
                            enum pc_json_token token,
                            const struct pc_json_scan *scan,
                            size_t dropped)
{
  char end[128];

  if (token == PC_JSON_END)
    snprintf(end, sizeof(end), ".");
  else
    snprintf(end, sizeof(end), "!%zu %s", dropped + scan->at, scan->reason);
  note(trace, end, strlen(end));
}

/* Scans text[0..size), of which the first `cut` bytes arrive alone. */
static inline struct trace scan_cut(const char *text, size_t size, size_t cut)
{
  struct trace trace = {.size = 0};
  struct pc_json_scan scan;
  enum pc_json_token token = PC_JSON_MORE;
  char *first = malloc(cut ? cut : 1);

  if (!CHECK(first != NULL))
    exit(EXIT_FAILURE);
  memcpy(first, text, cut);
  pc_json_scan_init(&scan);
  while ((token = pc_json_scan_next(&scan, first, cut, false)) > PC_JSON_END)
    note_token(&trace, token, &scan, first);
  free(first);
  while ((token = pc_json_scan_next(&scan, text, size, true)) > PC_JSON_END)
    note_token(&trace, token, &scan, text);
  note_end(&trace, token, &scan, 0);
  return trace;
}

static inline struct trace scan(const char *text)
{
  return scan_cut(text, strlen(text), 0);
}

/* Scans byte by byte and removes what was read. */
static inline struct trace scan_crumbs(const char *text, size_t size)
{
  struct trace trace = {.size = 0};
  struct pc_json_scan state;
  struct pc_bytes window;
  enum pc_json_token token = PC_JSON_MORE;
  size_t dropped = 0;

  pc_json_scan_init(&state);
  pc_bytes_init(&window, size + 1);
  for (size_t i = 0; i <= size && token != PC_JSON_BAD; i++) {
    bool is_last = i == size;

    if (!CHECK(pc_bytes_append(&window, text + i, !is_last) == PC_OK))
      break;
    while ((token = pc_json_scan_next(&state, window.data, window.size,
                                      is_last)) > PC_JSON_END)
      note_token(&trace, token, &state, window.data);
    if (token == PC_JSON_MORE) {
      dropped += state.at;
      pc_bytes_drop_front(&window, state.at);
      pc_json_scan_shift(&state, state.at);
    }
  }
  note_end(&trace, token, &state, dropped);
  pc_bytes_deinit(&window);
  return trace;
}

#endif
