#include "engine/routes.h"

#include <stdlib.h>
#include <string.h>

#include "engine/probing.h"

static pc_endpoint_set bit_of(uint32_t number)
{
  return (pc_endpoint_set)1 << number;
}

static enum pc_status allocate(struct pc_routes *routes)
{
  routes->count = routes->endpoints ? routes->endpoints->count : 1;
  if (routes->count == 1)
    routes->all = &routes->only;
  else
    routes->all = calloc(routes->count, sizeof(*routes->all));
  return routes->all ? PC_OK : PC_NO_MEMORY;
}

static enum pc_status init_route(struct pc_route *route,
                                 struct pc_endpoints *endpoints,
                                 const struct pc_job_plan *plan)
{
  const char *url = pc_plan_word(plan, PC_WORD_URL).data;
  const char *headers = pc_plan_word(plan, PC_WORD_HEADERS).data;

  if (endpoints) {
    route->endpoint = &endpoints->all[route->number];
    url = pc_texts_at(&plan->places, 2 * route->number).data;
    headers = pc_texts_at(&plan->places, 2 * route->number + 1).data;
  }
  return pc_target_init(&route->target, url,
                        pc_plan_word(plan, PC_WORD_METHOD).data, headers,
                        plan->own_headers);
}

enum pc_status pc_routes_init(struct pc_routes *routes,
                              const struct pc_job_plan *plan,
                              struct pc_job *job)
{
  enum pc_status status = PC_OK;

  routes->endpoints = plan->endpoints;
  routes->is_pinning = plan->is_pinning;
  status = allocate(routes);
  for (uint32_t i = 0; i < routes->count && status == PC_OK; i++) {
    struct pc_route *route = &routes->all[i];

    route->job = job;
    route->number = i;
    status = init_route(route, routes->endpoints, plan);
  }
  return status;
}

void pc_routes_deinit(struct pc_routes *routes)
{
  if (!routes->all)
    return;
  for (uint32_t i = 0; i < routes->count; i++) {
    pc_target_deinit(&routes->all[i].target);
    free(routes->all[i].own_url);
  }
  if (routes->all != &routes->only)
    free(routes->all);
}

enum pc_status pc_routes_start(struct pc_routes *routes,
                               struct pc_context *engine,
                               const struct pc_job_plan *plan)
{
  const struct pc_preference *preference = &plan->preference;

  if (routes->endpoints)
    pc_probing_enter(routes->endpoints, engine);
  for (uint32_t i = 0; i < routes->count; i++) {
    struct pc_route *route = &routes->all[i];
    enum pc_status status =
        pc_origin_take(engine, route->target.url, &route->origin);

    if (status != PC_OK)
      return status;
    route->target.serial = ++engine->last_serial;
    pc_quota_allow(&route->origin->quota, preference->requests_per_minute,
                   preference->tokens_per_minute, plan->is_unyielding);
  }
  return PC_OK;
}

void pc_routes_end(struct pc_routes *routes)
{
  if (routes->endpoints)
    pc_probing_leave(routes->endpoints);
  for (uint32_t i = 0; i < routes->count; i++) {
    struct pc_route *route = &routes->all[i];

    if (pc_link_is_queued(&route->link))
      pc_link_remove(&route->link);
    pc_origin_release(route->origin);
    route->origin = NULL;
  }
}

static enum pc_status aim(struct pc_route *route, struct pc_text path)
{
  size_t size = strlen(route->target.url);

  route->own_url = malloc(size + path.size + 1);
  if (!route->own_url)
    return PC_NO_MEMORY;
  memcpy(route->own_url, route->target.url, size);
  memcpy(route->own_url + size, path.data, path.size);
  route->own_url[size + path.size] = '\0';
  route->target.url = route->own_url;
  return PC_OK;
}

enum pc_status pc_routes_aim(struct pc_routes *routes, struct pc_text path)
{
  enum pc_status status = PC_OK;

  for (uint32_t i = 0; path.size && i < routes->count && status == PC_OK; i++)
    status = aim(&routes->all[i], path);
  return status;
}

static pc_endpoint_set open_of(const struct pc_routes *routes)
{
  pc_endpoint_set open = 0;

  for (uint32_t i = 0; i < routes->count; i++)
    if (!pc_origin_is_closed(routes->all[i].origin))
      open |= bit_of(i);
  return open;
}

static struct pc_selection_answer ask(const struct pc_routes *routes,
                                      struct pc_wish wish)
{
  struct pc_selection_state state = {
      .healthy = pc_endpoints_healthy(routes->endpoints),
      .open = open_of(routes),
      .tried = wish.tried};

  if (routes->is_pinning && wish.is_first)
    state.pinned = routes->pinned;
  return pc_selection_ask(&routes->endpoints->selection, state);
}

static void await(struct pc_route *route)
{
  if (!pc_link_is_queued(&route->link))
    pc_origin_await(route->origin, &route->link);
}

/* At every endpoint that would do: the first that opens gives it its turn. */
void pc_routes_await(struct pc_routes *routes, struct pc_wish wish)
{
  struct pc_selection_answer answer = {0};
  pc_endpoint_set set = 0;

  if (!routes->endpoints) {
    await(&routes->only);
    return;
  }
  answer = ask(routes, wish);
  set = answer.now ? answer.now : answer.awaited;
  for (uint32_t i = 0; i < routes->count; i++)
    if (set & bit_of(i))
      await(&routes->all[i]);
}

static struct pc_route *draw(struct pc_routes *routes, pc_endpoint_set set)
{
  return &routes->all[pc_selection_draw(&routes->endpoints->selection, set)];
}

struct pc_route *pc_routes_choose(struct pc_routes *routes, struct pc_wish wish)
{
  struct pc_selection_answer answer = {0};
  struct pc_route *route = NULL;

  if (!routes->endpoints)
    return pc_origin_is_closed(routes->only.origin) ? NULL : &routes->only;
  if (wish.asked && pc_health_is_well(&wish.asked->endpoint->health) &&
      !pc_origin_is_closed(wish.asked->origin))
    return wish.asked;
  answer = ask(routes, wish);
  if (!answer.now)
    return NULL;
  route = draw(routes, answer.now);
  if (wish.is_first)
    routes->pinned = bit_of(route->number);
  return route;
}

struct pc_route *pc_routes_plan(struct pc_routes *routes, pc_endpoint_set tried)
{
  struct pc_selection_answer answer = {0};

  if (!routes->endpoints)
    return &routes->only;
  answer = ask(routes, (struct pc_wish){.tried = tried});
  return draw(routes, answer.now ? answer.now : answer.awaited);
}

struct pc_route *pc_routes_hedge(struct pc_routes *routes,
                                 pc_endpoint_set tried)
{
  struct pc_selection_state state = {.tried = tried};
  struct pc_selection_answer answer = {0};

  if (!routes->endpoints)
    return pc_origin_takes_hedges(routes->only.origin) ? &routes->only : NULL;
  state.healthy = pc_endpoints_healthy(routes->endpoints);
  for (uint32_t i = 0; i < routes->count; i++)
    if (pc_origin_takes_hedges(routes->all[i].origin))
      state.open |= bit_of(i);
  answer = pc_selection_ask(&routes->endpoints->selection, state);
  return answer.now ? draw(routes, answer.now) : NULL;
}

bool pc_routes_have_another(const struct pc_routes *routes,
                            pc_endpoint_set tried)
{
  return routes->endpoints &&
         (pc_endpoints_healthy(routes->endpoints) & ~tried) != 0;
}
