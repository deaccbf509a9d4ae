/*
 * floor.h - what the floors have in common: the request they post again and
 * again, how they are called, how they measure and tell.
 *
 *   PROGRAM URL WARM_UP REQUESTS IN_FLIGHT [CA_FILE]
 *
 * Only the second run, of REQUESTS, counts; {"seconds":s,"cpuSeconds":s} is
 * printed.
 */
#ifndef PC_BENCHMARK_FLOOR_H
#define PC_BENCHMARK_FLOOR_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char body[] = "{\"id\":12345,\"text\":\"hello world\"}";

struct floor_work {
  const char *url;
  const char *ca_file; /* NULL for none */
  long warm_up;
  long requests;
  long in_flight;
};

static inline void stop(const char *reason)
{
  fprintf(stderr, "floor: %s\n", reason);
  exit(1);
}

static inline long read_count(const char *word)
{
  long count = strtol(word, NULL, 10);

  if (count < 1 || count > 1000000000)
    stop("counts must be between 1 and 1000000000");
  return count;
}

static inline struct floor_work read_words(int count, char **words)
{
  if (count != 5 && count != 6)
    stop("the arguments are URL WARM_UP REQUESTS IN_FLIGHT [CA_FILE]");
  return (struct floor_work){.url = words[1],
                             .ca_file = count == 6 ? words[5] : NULL,
                             .warm_up = read_count(words[2]),
                             .requests = read_count(words[3]),
                             .in_flight = read_count(words[4])};
}

static inline double seconds_of(clockid_t clock)
{
  struct timespec now;

  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Posts so many requests, in_flight of them at a time, and reads the answers */
typedef void post_all_fn(void *context, long requests);

static inline void
measure(const struct floor_work *work, post_all_fn *post_all, void *context)
{
  double seconds = 0;
  double cpu_seconds = 0;

  post_all(context, work->warm_up);
  seconds = seconds_of(CLOCK_MONOTONIC);
  cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  post_all(context, work->requests);
  seconds = seconds_of(CLOCK_MONOTONIC) - seconds;
  cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_seconds;
  printf("{\"seconds\":%.6f,\"cpuSeconds\":%.6f}\n", seconds, cpu_seconds);
}

#endif
