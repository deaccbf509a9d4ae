/*
 * scores_text.h - what was read of a rerank or classify answer, as one text.
 *
 * "[1:0.5 0:0.25][] [\"a\"]": for each row its pairs, then the strings if there
 * are any.
 */
#ifndef PC_TEST_SCORES_TEXT_H
#define PC_TEST_SCORES_TEXT_H

#include "harness.h"

#include "wire/answers/scores.h"

struct scores_text {
  char text[4096];
  size_t size;
};

static inline void scores_text_add(struct scores_text *to, const char *text)
{
  size_t size = strlen(text);

  if (size > sizeof(to->text) - 1 - to->size)
    size = sizeof(to->text) - 1 - to->size;
  memcpy(to->text + to->size, text, size);
  to->size += size;
}

static inline void scores_text_add_row(struct scores_text *to,
                                       const struct pc_scores *scores,
                                       size_t start,
                                       size_t end)
{
  scores_text_add(to, "[");
  for (size_t at = start; at < end; at += sizeof(struct pc_score)) {
    struct pc_score pair;
    char text[64];

    memcpy(&pair, scores->pairs.data + at, sizeof(pair));
    snprintf(text, sizeof(text), "%s%.0f:%.17g", at > start ? " " : "",
             pair.number, pair.score);
    scores_text_add(to, text);
  }
  scores_text_add(to, "]");
}

static inline struct scores_text scores_text_of(const struct pc_scores *scores)
{
  struct scores_text made = {{0}, 0};
  size_t start = 0;

  for (size_t at = 0; at < scores->ends.size; at += sizeof(size_t)) {
    size_t end = 0;

    memcpy(&end, scores->ends.data + at, sizeof(end));
    scores_text_add_row(&made, scores, start, end);
    start = end;
  }
  if (scores->strings.size) {
    scores_text_add(&made, " ");
    scores_text_add(&made, scores->strings.data);
  }
  return made;
}

/* A copy of just that size, so that ASan sees a step too far (free). */
static inline char *scores_text_copy(const char *body, size_t size)
{
  char *copy = malloc(size ? size : 1);

  if (!CHECK(copy != NULL))
    exit(EXIT_FAILURE);
  memcpy(copy, body, size);
  return copy;
}

#endif
