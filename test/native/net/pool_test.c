#include "harness.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/pool.h"

enum { LONGEST_IDLE_MS = 30 * 1000 };

static const char url[] = "http://host:8080/path?query";

struct scene {
  struct pc_reactor reactor;
  struct pc_transport transport;
  struct pc_pool pool;
  struct pc_place *place;
};

static void on_nothing(void *context)
{
  (void)context;
}

static const struct pc_reactor_events events = {.on_turn = on_nothing,
                                                .on_woken = on_nothing};

static void open_scene(struct scene *scene)
{
  const struct pc_transport transport = {.http_version = 1};

  if (pc_transport_copy(&transport, &scene->transport) != PC_OK ||
      pc_reactor_init(&scene->reactor, &events, NULL) != PC_OK)
    abort();
  pc_pool_init(&scene->pool, &scene->reactor, &scene->transport);
  scene->place = pc_pool_place(&scene->pool, url);
}

static void close_scene(struct scene *scene)
{
  pc_place_release(scene->place);
  pc_pool_deinit(&scene->pool);
  pc_reactor_deinit(&scene->reactor);
  pc_transport_deinit(&scene->transport);
}

/* One that is open, to the other end of a pair. */
static struct pc_connection *connect_to(struct scene *scene, int *peer)
{
  struct pc_connection *connection = calloc(1, sizeof(*connection));
  int pair[2];

  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0)
    abort();
  connection->poller = &scene->reactor.poller;
  connection->watch.fd = pair[0];
  CHECK_NUMBER(
      pc_poller_watch(connection->poller, &connection->watch, PC_READABLE),
      PC_OK);
  *peer = pair[1];
  return connection;
}

static void look(struct scene *scene)
{
  pc_poller_wait(&scene->reactor.poller, 0);
  pc_poller_tell(&scene->reactor.poller);
}

static void the_one_used_last_is_taken_first(void)
{
  struct scene scene;
  struct pc_connection *made[3];
  int peers[3];

  open_scene(&scene);
  CHECK(!pc_place_take(scene.place));
  for (int i = 0; i < 3; i++) {
    made[i] = connect_to(&scene, &peers[i]);
    pc_place_keep(scene.place, made[i]);
    CHECK(made[i]->is_used);
  }
  for (int i = 2; i >= 0; i--) {
    CHECK(pc_place_take(scene.place) == made[i]);
    pc_pool_close(&scene.pool, made[i]);
    close(peers[i]);
  }
  CHECK(!pc_place_take(scene.place));
  close_scene(&scene);
}

static void places_are_told_apart_by_scheme_host_and_port(void)
{
  static const char *const others[] = {"https://host:8080/", "http://host:808/",
                                       "http://host:80801/", "http://hos:8080/",
                                       "http://host"};
  struct scene scene;

  open_scene(&scene);
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
    struct pc_place *other = pc_pool_place(&scene.pool, others[i]);

    CHECK(other != scene.place);
    CHECK_NUMBER(other->is_plain, others[i][4] == ':');
    pc_place_release(other);
  }
  CHECK(pc_pool_place(&scene.pool, "http://host:8080") == scene.place);
  pc_place_release(scene.place);
  CHECK(scene.pool.places.head.next == scene.pool.places.head.prev);
  close_scene(&scene);
}

/* Reads what the peer gets when the other end was closed. */
static bool is_closed(int peer)
{
  char byte = 0;

  return recv(peer, &byte, 1, 0) == 0;
}

static void what_comes_unasked_closes_an_idle_one(void)
{
  struct scene scene;
  int silent = 0;
  int left = 0;
  int talks = 0;

  open_scene(&scene);
  pc_place_keep(scene.place, connect_to(&scene, &silent));
  pc_place_keep(scene.place, connect_to(&scene, &left));
  pc_place_keep(scene.place, connect_to(&scene, &talks));
  shutdown(left, SHUT_WR);
  CHECK_NUMBER(send(talks, "x", 1, 0), 1);
  look(&scene);
  CHECK(is_closed(left));
  CHECK(is_closed(talks));
  CHECK(!is_closed(silent));
  close(left);
  close(talks);
  close_scene(&scene);
  CHECK(is_closed(silent));
  close(silent);
}

static void ring(struct scene *scene)
{
  pc_alarm_hasten(scene->pool.alarm);
  pc_timers_ring(&scene->reactor.timers, pc_clock_monotonic_ns());
}

static void age(struct pc_connection *connection, uint64_t ms)
{
  connection->idle_since_ns = pc_clock_monotonic_ns() - ms * PC_NS_PER_MS;
}

static void an_old_one_is_closed(void)
{
  struct scene scene;
  struct pc_connection *old = NULL;
  struct pc_connection *young = NULL;
  int old_peer = 0;
  int young_peer = 0;

  open_scene(&scene);
  old = connect_to(&scene, &old_peer);
  young = connect_to(&scene, &young_peer);
  pc_place_keep(scene.place, old);
  pc_place_keep(scene.place, young);
  age(old, LONGEST_IDLE_MS);
  age(young, LONGEST_IDLE_MS / 2);
  ring(&scene);
  CHECK(is_closed(old_peer));
  CHECK(!is_closed(young_peer));

  age(young, LONGEST_IDLE_MS);
  ring(&scene);
  CHECK(is_closed(young_peer));
  CHECK(!scene.pool.alarm);
  close(old_peer);
  close(young_peer);
  close_scene(&scene);
}

/* Hosts that callers name freely must not fill the memory. */
static void a_place_is_forgotten_with_its_last_connection(void)
{
  struct scene scene;
  struct pc_place *other = NULL;
  int peer = 0;

  open_scene(&scene);
  other = pc_pool_place(&scene.pool, "http://other/");
  pc_place_keep(other, connect_to(&scene, &peer));
  pc_place_release(other);
  CHECK(scene.pool.places.head.next != scene.pool.places.head.prev);
  shutdown(peer, SHUT_WR);
  look(&scene);
  CHECK(scene.pool.places.head.next == scene.pool.places.head.prev);
  close(peer);
  close_scene(&scene);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(the_one_used_last_is_taken_first),
      TEST(places_are_told_apart_by_scheme_host_and_port),
      TEST(what_comes_unasked_closes_an_idle_one),
      TEST(an_old_one_is_closed),
      TEST(a_place_is_forgotten_with_its_last_connection),
  };
  return pc_reactor_prepare() == PC_OK ? HARNESS_RUN(tests) : EXIT_FAILURE;
}
