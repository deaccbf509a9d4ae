/*
 * scan.h - a pull scanner over JSON bytes that arrive in pieces.
 *
 * Validates (RFC 8259, UTF-8 included) and hands out one token at a time as a
 * slice of the caller's text. Allocates nothing, nests at most
 * PC_JSON_MAX_DEPTH deep and never reads a byte twice, however the text is cut
 * (a string that is still arriving is resumed, not rescanned). The caller owns
 * the text and may move it between calls; positions are offsets.
 * One thread at a time.
 */
#ifndef PC_WIRE_JSON_SCAN_H
#define PC_WIRE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "wire/json/number.h"

#define PC_JSON_MAX_DEPTH 512

enum pc_json_token {
  PC_JSON_MORE, /* nothing whole is left: call again with more text */
  PC_JSON_BAD,  /* not JSON: `reason` says why, `at` says where */
  PC_JSON_END,  /* the one value is complete and only blanks follow */
  PC_JSON_OBJECT_BEGIN,
  PC_JSON_OBJECT_END,
  PC_JSON_ARRAY_BEGIN,
  PC_JSON_ARRAY_END,
  PC_JSON_KEY,    /* slice without quotes, escapes as sent */
  PC_JSON_STRING, /* slice without quotes, escapes as sent */
  PC_JSON_NUMBER,
  PC_JSON_TRUE,
  PC_JSON_FALSE,
  PC_JSON_NULL
};

struct pc_json_scan {
  size_t at;          /* next unread byte; where a bad byte stands */
  size_t start;       /* slice of the last token */
  size_t size;        /* bytes of that slice */
  const char *reason; /* after PC_JSON_BAD: a literal */
  unsigned depth;     /* open objects and arrays after the last token */
  bool is_ascii;      /* no byte above 0x7f was read so far */
  size_t mark_size;   /* bytes of a skipped byte order mark, 0 without one */
  /* Private from here on. */
  unsigned expected;
  unsigned passed_depth; /* deeper tokens are passed over */
  size_t resumed; /* bytes of the unfinished token that are already checked */
  enum pc_json_number_part number_part; /* where an unfinished number stands */
  uint64_t is_object[PC_JSON_MAX_DEPTH / 64];
};

void pc_json_scan_init(struct pc_json_scan *scan);

/*
 * Reads the next token of text[0..size). The text must hold the same bytes as
 * in the calls before, and may have more behind them. `is_last` says that
 * nothing will follow: then PC_JSON_MORE is never returned (a cut text is
 * PC_JSON_BAD). Borrows `text`. A byte order mark at the start is skipped.
 */
enum pc_json_token pc_json_scan_next(struct pc_json_scan *scan,
                                     const char *text,
                                     size_t size,
                                     bool is_last);

/*
 * Tells the scanner that the caller removed the first `count` bytes of the
 * text, all of them read. The last token's slice is gone with them.
 */
void pc_json_scan_shift(struct pc_json_scan *scan, size_t count);

/*
 * Goes on behind an array whose elements and closing bracket the caller has
 * read itself, up to offset `at`. The last token must have been that array's
 * PC_JSON_ARRAY_BEGIN. Until then the caller may keep its place in scan->at.
 */
void pc_json_scan_leave_array(struct pc_json_scan *scan, size_t at);

/*
 * Passes over the rest of the value whose first token, `token`, is the last
 * one: pc_json_scan_next goes on behind it. Lists of numbers are read quickly.
 */
void pc_json_scan_pass(struct pc_json_scan *scan, enum pc_json_token token);

/*
 * The same at once, in a text that is all there. False when it is not JSON, or
 * `token` was bad; then pc_json_scan_next says so, too.
 */
bool pc_json_scan_skip_value(struct pc_json_scan *scan,
                             const char *text,
                             size_t size,
                             enum pc_json_token token);

/* Does the last token's slice equal `word`? Escapes are not unfolded. */
bool pc_json_scan_is(const struct pc_json_scan *scan,
                     const char *text,
                     const char *word);

/*
 * Says in `fault` why the last token was PC_JSON_BAD and where in the whole
 * text, of which `before` bytes were removed; answers PC_PARSE_ERROR.
 */
enum pc_status pc_json_scan_explain(const struct pc_json_scan *scan,
                                    size_t before,
                                    struct pc_fault *fault);

#endif
