/*
 * decoding.c - how fast one core reads an embeddings answer, nothing else.
 *
 *   decoding FILE ITEMS
 *
 * Feeds the answer in FILE, of ITEMS items, to the reader that the engine uses,
 * again and again, in pieces as the network delivers them. Prints how long the
 * best of many rounds took, as whatever else the machine does only makes a
 * round slower: {"seconds":s,"cpuSeconds":s}.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "wire/answers/embeddings.h"

enum { ROUNDS = 200, PIECE_SIZE = 64 * 1024 };

static void stop(const char *reason)
{
  fprintf(stderr, "decoding: %s\n", reason);
  exit(1);
}

static double now_s(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void read_file(const char *path, struct pc_bytes *text)
{
  static char piece[PIECE_SIZE];
  FILE *file = fopen(path, "rb");
  size_t size = 0;

  if (!file)
    stop("the file cannot be opened");
  while ((size = fread(piece, 1, sizeof(piece), file)) > 0)
    if (pc_bytes_append(text, piece, size) != PC_OK)
      stop("no memory");
  fclose(file);
}

static void read_answer(struct pc_embeddings *answer,
                        const struct pc_bytes *text,
                        uint32_t count)
{
  enum pc_status status = pc_embeddings_expect(answer, count, false);

  for (size_t at = 0; status == PC_OK && at < text->size; at += PIECE_SIZE) {
    size_t left = text->size - at;

    status = pc_embeddings_feed(answer, text->data + at,
                                left < PIECE_SIZE ? left : PIECE_SIZE);
  }
  if (status == PC_OK)
    status = pc_embeddings_finish(answer);
  if (status != PC_OK)
    stop(answer->fault.reason);
}

int main(int argument_count, char **arguments)
{
  struct pc_bytes text;
  struct pc_embeddings answer;
  double best_s = 1e9;

  if (argument_count != 3)
    stop("usage: decoding FILE ITEMS");
  pc_bytes_init(&text, (size_t)1 << 30);
  pc_embeddings_init(&answer);
  read_file(arguments[1], &text);
  for (int round = 0; round < ROUNDS; round++) {
    double start_s = now_s();
    double took_s = 0;

    read_answer(&answer, &text, (uint32_t)strtoul(arguments[2], NULL, 10));
    took_s = now_s() - start_s;
    if (took_s < best_s)
      best_s = took_s;
  }
  printf("{\"seconds\":%.9f,\"cpuSeconds\":%.9f}\n", best_s, best_s);
  pc_embeddings_deinit(&answer);
  pc_bytes_deinit(&text);
  return 0;
}
