#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { LINE_SIZE = 1024 };

static const char *const level_names[] = {"off",  "error", "warn",
                                          "info", "debug", "trace"};

bool pc_log_wants(enum pc_log_level limit, enum pc_log_level level)
{
  return level <= limit && level != PC_LOG_OFF;
}

static char *blank_until(char *at, const char *stops)
{
  for (; *at && !strchr(stops, *at); at++)
    *at = '*';
  return at;
}

static void redact_after(char *text, const char *scheme)
{
  char *at = text;

  while ((at = strcasestr(at, scheme)) != NULL)
    at = blank_until(at + strlen(scheme), " \t,;\"'");
}

/* The last `byte` of what stands before `end`, NULL without one. */
static char *last_before(char *start, char *end, char byte)
{
  while (end > start)
    if (*--end == byte)
      return end;
  return NULL;
}

static void redact_urls(char *text)
{
  char *at = text;

  while ((at = strstr(at, "://")) != NULL) {
    char *host = at + 3;
    char *end = host + strcspn(host, " \t/?#\"'");
    char *sign = last_before(host, end, '@');

    if (sign)
      memset(host, '*', (size_t)(sign - host));
    at = end;
  }
}

void pc_log_redact(char *text)
{
  redact_after(text, "bearer ");
  redact_after(text, "basic ");
  redact_after(text, "api-key ");
  redact_after(text, "api-key: ");
  redact_urls(text);
}

static void flatten(char *text)
{
  for (; *text; text++)
    if ((unsigned char)*text < ' ' || *text == 0x7f)
      *text = ' ';
}

void pc_log_line(enum pc_log_level limit,
                 enum pc_log_level level,
                 const char *format,
                 ...)
{
  char line[LINE_SIZE];
  char *text = line;
  size_t size = 0;
  va_list arguments;

  if (!pc_log_wants(limit, level))
    return;
  text += snprintf(line, sizeof(line), "performance-client %s ",
                   level_names[level]);
  va_start(arguments, format);
  vsnprintf(text, sizeof(line) - (size_t)(text - line) - 1, format, arguments);
  va_end(arguments);
  flatten(text);
  pc_log_redact(text);
  size = strlen(line);
  line[size] = '\n';
  /* A log line that cannot be written has nowhere to be reported. */
  if (write(STDERR_FILENO, line, size + 1) < 0)
    return;
}
