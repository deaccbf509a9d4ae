/*
 * log.h - leveled lines on stderr, one write each, secrets blanked out.
 *
 * A line that slips through with a credential in it (an Authorization value, a
 * user and password inside a URL) is redacted before it is written, so callers
 * may log what servers and libraries say. Thread: any.
 */
#ifndef PC_BASE_LOG_H
#define PC_BASE_LOG_H

#include <stdbool.h>

#include "base/status.h"

enum pc_log_level {
  PC_LOG_OFF,
  PC_LOG_ERROR,
  PC_LOG_WARN,
  PC_LOG_INFO,
  PC_LOG_DEBUG,
  PC_LOG_TRACE
};

bool pc_log_wants(enum pc_log_level limit, enum pc_log_level level);

/*
 * Writes "performance-client LEVEL text\n" when `limit` lets `level` through.
 * Longer lines are cut at 1 KiB; control characters become spaces.
 */
PC_PRINTF(3, 4)
void pc_log_line(enum pc_log_level limit,
                 enum pc_log_level level,
                 const char *format,
                 ...);

/*
 * Blanks out in place what follows Bearer, Basic or Api-Key, and the user part
 * of URLs.
 */
void pc_log_redact(char *text);

#endif
