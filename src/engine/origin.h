/*
 * origin.h - one server (scheme, host, port) as all calls of an engine see it.
 *
 * A server that answers 429 or 503 and says when to come back has a cool-down
 * until then: the requests of every call that are not in flight yet wait.
 * Thread: engine.
 */
#ifndef PC_ENGINE_ORIGIN_H
#define PC_ENGINE_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "base/status.h"
#include "engine/context.h"

struct pc_origin {
  struct pc_link link; /* in pc_context.origins */
  struct pc_context *engine;
  struct pc_queue waiting; /* jobs, by the link they are runnable with */
  struct pc_alarm *alarm;  /* rings at the end of the cool-down, NULL without */
  uint64_t cool_until_ns;
  unsigned references; /* jobs that ask it, and the alarm */
  size_t name_size;
  char name[]; /* "https://host:port" as the URLs spell it */
};

/* Finds or makes the origin of `url` and gives one reference in *out. */
PC_MUST_CHECK enum pc_status pc_origin_take(struct pc_context *engine,
                                            const char *url,
                                            struct pc_origin **out);

/* NULL is allowed. */
void pc_origin_release(struct pc_origin *origin);

/* Begins a cool-down of `wait_ms`, unless there is a longer one. */
void pc_origin_cool_down(struct pc_origin *origin, uint64_t wait_ms);

bool pc_origin_is_cooling(const struct pc_origin *origin);

/* Forgets every origin that no job asks any more. */
void pc_origin_destroy_all(struct pc_context *engine);

#endif
