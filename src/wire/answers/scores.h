/*
 * scores.h - what the answers of rerank and classify endpoints have in common.
 *
 * One item per input, as a list: bare, or as "data" or "results" of an object.
 * The numbers leave as rows of pairs that go beside each other into one block
 * for the whole call, like vectors; V8 never parses them. The strings leave as
 * a JSON array of the server's own text, which is only parsed when somebody
 * looks. Buffers are reused for the next answer. Thread: any.
 *
 * 32 results cost V8's thread 0.8 us so, and 5.3 when it parses and checks them
 * itself; 1,000 cost 20 and 170 (209 and 405 with texts), and 1,000 lists of
 * three labels 39 and 699. With the reader's own time that is 105 us against
 * 203, 351 against 470, and 296 against 811.
 */
#ifndef PC_WIRE_ANSWERS_SCORES_H
#define PC_WIRE_ANSWERS_SCORES_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "wire/json/reader.h"
#include "wire/vectors/vectors.h"

/* A row of the block is a list of these; JavaScript reads it as doubles. */
struct pc_score {
  double number; /* of an input, or of a label among the strings */
  double score;
};

struct pc_scores {
  struct pc_bytes pairs;   /* struct pc_score, row behind row */
  struct pc_bytes ends;    /* size_t: where each row ends among the pairs */
  struct pc_bytes strings; /* JSON array, or empty */
  bool is_ascii;           /* of `strings` */
};

void pc_scores_init(struct pc_scores *scores);

void pc_scores_deinit(struct pc_scores *scores);

/*
 * Reads body[0..size), which must hold a list of `count` items, with
 * `read_item`. Forgets the answer before. PC_PARSE_ERROR fills `fault`.
 */
PC_MUST_CHECK enum pc_status pc_scores_read(struct pc_scores *scores,
                                            const char *body,
                                            size_t size,
                                            uint32_t count,
                                            pc_json_item_fn *read_item,
                                            void *context,
                                            struct pc_fault *fault);

/* Adds a pair to the row that is being read. */
PC_MUST_CHECK enum pc_status
pc_scores_add(struct pc_scores *scores, double number, double score);

PC_MUST_CHECK enum pc_status pc_scores_end_row(struct pc_scores *scores);

/* Adds one JSON value to the strings, which pc_scores_read brackets. */
PC_MUST_CHECK enum pc_status
pc_scores_add_string(struct pc_scores *scores, const char *json, size_t size);

/* PC_PARSE_ERROR, without words, when `value` is no finite number. */
PC_MUST_CHECK enum pc_status
pc_scores_number(const struct pc_json_reader *reader,
                 const struct pc_json_value *value,
                 double *out);

/* Copies the rows into `vectors`, from `first_row` on. */
PC_MUST_CHECK enum pc_status pc_scores_copy_rows(const struct pc_scores *scores,
                                                 struct pc_vectors *vectors,
                                                 uint32_t first_row);

#endif
