#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>

enum pc_status pc_fault_set(struct pc_fault *fault,
                            enum pc_status status,
                            const char *format,
                            ...)
{
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(fault->reason, sizeof(fault->reason), format, arguments);
  va_end(arguments);
  return status;
}
