/*
 * status.h - every outcome the core can have, once.
 *
 * A status says what kind of thing happened. What the server said, curl's own
 * words and the request id travel in the job, never in a status.
 */
#ifndef PC_BASE_STATUS_H
#define PC_BASE_STATUS_H

#if defined(__GNUC__)
#define PC_MUST_CHECK __attribute__((warn_unused_result))
#define PC_PRINTF(format_index, first_index)                                   \
  __attribute__((format(printf, format_index, first_index)))
#else
#define PC_MUST_CHECK
#define PC_PRINTF(format_index, first_index)
#endif

/* X(C name, code in JavaScript, sentence) */
#define PC_STATUS_MAP(X)                                                       \
  X(PC_OK, "OK", "success")                                                    \
  X(PC_NO_MEMORY, "NO_MEMORY", "out of memory")                                \
  X(PC_SYSTEM_ERROR, "SYSTEM_ERROR", "the system refused a resource")          \
  X(PC_INVALID_ARGUMENT, "INVALID_ARGUMENT", "an argument is not valid")       \
  X(PC_CANCELLED, "CANCELLED", "the call was cancelled")                       \
  X(PC_CLOSED, "CLOSED", "the client is closed")                               \
  X(PC_CONNECT_TIMEOUT, "TIMEOUT", "connecting took too long")                 \
  X(PC_ATTEMPT_TIMEOUT, "TIMEOUT", "the request took longer than timeoutS")    \
  X(PC_TOTAL_TIMEOUT, "TIMEOUT", "the call took longer than totalTimeoutS")    \
  X(PC_CONNECT_FAILED, "CONNECTION_ERROR", "could not connect")                \
  X(PC_CONNECTION_LOST, "CONNECTION_ERROR", "the connection was lost")         \
  X(PC_TLS_ERROR, "CONNECTION_ERROR", "the TLS peer could not be trusted")     \
  X(PC_PROXY_REFUSED, "CONNECTION_ERROR", "the proxy refused to connect")      \
  X(PC_PRIVATE_ADDRESS, "CONNECTION_ERROR", "the host is not a public one")    \
  X(PC_HTTP_ERROR, "HTTP_ERROR", "the server answered with an error status")   \
  X(PC_PARSE_ERROR, "PARSE_ERROR", "the answer is not what was asked for")     \
  X(PC_TOO_LARGE, "RESPONSE_TOO_LARGE", "the answer exceeds its ceiling")      \
  X(PC_OVER_ALLOWANCE, "OVERLOADED", "there is no room for the answers now")   \
  X(PC_BAD_BODY, "INVALID_BODY", "the request body is not valid")              \
  X(PC_TOKEN_INPUTS, "TOKEN_INPUTS", "the inputs are token ids")               \
  X(PC_NOT_A_BATCH, "NOT_A_BATCH", "the body is not a batch")                  \
  X(PC_PATH_FORBIDDEN, "PATH_FORBIDDEN", "the path may not be asked for")

enum pc_status {
#define PC_STATUS_ENUM(name, code, sentence) name,
  PC_STATUS_MAP(PC_STATUS_ENUM)
#undef PC_STATUS_ENUM
};

#define PC_STATUS_PLUS_ONE(name, code, sentence) +1
enum { PC_STATUS_COUNT = 0 PC_STATUS_MAP(PC_STATUS_PLUS_ONE) };
#undef PC_STATUS_PLUS_ONE

/* The stable code a JavaScript caller sees. Lends a literal. Thread: any. */
const char *pc_status_code(enum pc_status status);

/* One sentence without capital or full stop. Lends a literal. Thread: any. */
const char *pc_status_sentence(enum pc_status status);

#endif
