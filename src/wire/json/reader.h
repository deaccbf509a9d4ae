/*
 * reader.h - a JSON text that is here as a whole, read value by value.
 *
 * Lists and objects are walked with the scanner, so nothing is allocated, every
 * byte is checked, and what nobody asks for is passed over. Strings stay as
 * they were sent: slices of the text, escapes included. Member names with
 * escapes in them are unknown names. One thread at a time.
 */
#ifndef PC_WIRE_JSON_READER_H
#define PC_WIRE_JSON_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "wire/json/scan.h"

struct pc_json_reader {
  const char *text;         /* kept */
  size_t size;              /* of the text */
  struct pc_fault *fault;   /* kept: set with every PC_PARSE_ERROR */
  struct pc_json_scan scan; /* start and size are the last token's */
  enum pc_json_token token; /* the last one */
};

/* A member's value. */
struct pc_json_value {
  enum pc_json_token token; /* the first of the value, PC_JSON_END for none */
  const char *data;         /* lent: its slice as in struct pc_json_scan */
  size_t size;
};

/* Reads one item of a list; the reader's token is the first of its value. */
typedef enum pc_status
pc_json_item_fn(void *context, struct pc_json_reader *reader, uint32_t place);

/* Keeps `text` and `fault`. */
void pc_json_reader_init(struct pc_json_reader *reader,
                         const char *text,
                         size_t size,
                         struct pc_fault *fault);

/* Goes on to the next token; PC_PARSE_ERROR where the text is not JSON. */
PC_MUST_CHECK enum pc_status pc_json_reader_next(struct pc_json_reader *reader);

/* Passes over the rest of the value whose first token is the last one. */
void pc_json_reader_skip(struct pc_json_reader *reader);

/*
 * Reads the list whose opening bracket is the last token, and says in *count
 * how many items it has.
 */
PC_MUST_CHECK enum pc_status pc_json_reader_list(struct pc_json_reader *reader,
                                                 pc_json_item_fn *read_item,
                                                 void *context,
                                                 uint32_t *count);

/*
 * Reads the object whose opening brace is the last token: values[i] is what its
 * first member called names[i] holds. Of lists and objects there is no more
 * than the bracket.
 */
PC_MUST_CHECK enum pc_status
pc_json_reader_members(struct pc_json_reader *reader,
                       const char *const names[],
                       size_t count,
                       struct pc_json_value values[]);

#endif
