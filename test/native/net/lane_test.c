/* One exchange after the other over a lane, to a peer that a test plays. */
#include "harness.h"

#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/exchange.h"
#include "net/reactor.h"

enum {
  LARGE_BODY = 4 * 1000 * 1000,
  LONGEST_MS = 60 * 1000,
  CALLERS = 16,
  /* What a turn receives of answers that go on for long, and a share more. */
  TURN_SIZE = 256 * 1024,
  PIECE_SIZE = 64 * 1024
};

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/* Plays the peer on its own thread: accepts and answers as it likes. */
typedef void peer_fn(int listener);

struct caller {
  struct pc_exchange *exchange;
  struct pc_target target;
  struct pc_text request_body;
  enum pc_status status;
  long http_status;
  bool is_done;
  size_t received;
};

struct scene {
  struct pc_reactor reactor;
  struct pc_transport transport;
  struct pc_counters counters;
  struct pc_exchanges exchanges;
  struct caller callers[CALLERS];
  int awaited; /* callers before the loop ends */
  void (*on_turn)(struct scene *scene);
  sem_t filled; /* the peer can send no more */
  int listener;
  char url[64];
  pthread_t thread;
  peer_fn *peer;
};

static void on_nothing(void *owner)
{
  (void)owner;
}

static enum pc_status on_begin(void *owner)
{
  (void)owner;
  return PC_OK;
}

static enum pc_status on_body(void *owner, const char *data, size_t size)
{
  struct caller *caller = owner;

  (void)data;
  caller->received += size;
  return PC_OK;
}

static struct scene *current;

static void on_done(void *owner, enum pc_status status)
{
  struct caller *caller = owner;

  caller->status = status;
  caller->http_status = caller->exchange->hop.http_status;
  caller->is_done = true;
  if (--current->awaited == 0)
    pc_reactor_end(&current->reactor);
}

static const struct pc_exchange_events events = {.on_found = on_nothing,
                                                 .on_connected = on_nothing,
                                                 .on_begin = on_begin,
                                                 .on_body = on_body,
                                                 .on_done = on_done};

static void on_turn(void *context)
{
  struct scene *scene = context;

  if (scene->on_turn)
    scene->on_turn(scene);
}

static const struct pc_reactor_events reactor_events = {.on_turn = on_turn,
                                                        .on_woken = on_nothing};

static void *play(void *context)
{
  struct scene *scene = context;

  scene->peer(scene->listener);
  return NULL;
}

static void open_scene(struct scene *scene, peer_fn *peer)
{
  const struct pc_transport transport = {.http_version = 1,
                                         .connect_timeout_ms = LONGEST_MS};
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof(address);

  *scene = (struct scene){.peer = peer};
  current = scene;
  sem_init(&scene->filled, 0, 0);
  scene->listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(scene->listener, (struct sockaddr *)&address, size) != 0 ||
      listen(scene->listener, CALLERS) != 0 ||
      getsockname(scene->listener, (struct sockaddr *)&address, &size) != 0 ||
      pc_transport_copy(&transport, &scene->transport) != PC_OK ||
      pc_reactor_init(&scene->reactor, &reactor_events, scene) != PC_OK ||
      pthread_create(&scene->thread, NULL, play, scene) != 0)
    abort();
  snprintf(scene->url, sizeof(scene->url), "http://127.0.0.1:%d/",
           ntohs(address.sin_port));
  pc_exchanges_init(&scene->exchanges, &scene->reactor, &scene->transport,
                    &events, &scene->counters);
}

static void close_scene(struct scene *scene)
{
  pc_exchanges_close(&scene->exchanges);
  pc_reactor_deinit(&scene->reactor);
  pc_transport_deinit(&scene->transport);
  shutdown(scene->listener, SHUT_RDWR);
  pthread_join(scene->thread, NULL);
  close(scene->listener);
  sem_destroy(&scene->filled);
}

static void start(struct scene *scene, struct caller *caller)
{
  struct pc_exchange_order *order = NULL;

  CHECK_NUMBER(pc_target_init(&caller->target, scene->url, "POST", "", 0),
               PC_OK);
  caller->is_done = false;
  caller->received = 0;
  caller->exchange = pc_exchange_take(&scene->exchanges, caller);
  order = &caller->exchange->order;
  order->target = &caller->target;
  order->body = caller->request_body;
  order->timeout_ms = LONGEST_MS;
  snprintf(order->request_id, sizeof(order->request_id), "id");
  CHECK_NUMBER(pc_exchange_start(caller->exchange), PC_OK);
}

static void run(struct scene *scene, int awaited)
{
  scene->awaited = awaited;
  scene->reactor.is_ended = false;
  pc_reactor_run(&scene->reactor);
}

static void end(struct caller *caller)
{
  pc_exchange_release(caller->exchange);
  pc_target_deinit(&caller->target);
}

static void ask(struct scene *scene)
{
  struct caller *caller = &scene->callers[0];

  start(scene, caller);
  run(scene, 1);
  end(caller);
}

/* Reads a request to its end. */
static size_t read_request(int fd)
{
  static _Thread_local char room[64 * 1024];
  size_t size = 0;
  size_t whole = SIZE_MAX;
  size_t kept = 0;

  while (size < whole) {
    ssize_t got = recv(fd, room + kept, sizeof(room) - kept - 1, 0);

    if (got <= 0)
      return 0;
    size += (size_t)got;
    if (whole == SIZE_MAX) {
      char *end_of_head = NULL;

      kept += (size_t)got;
      room[kept] = '\0';
      end_of_head = strstr(room, "\r\n\r\n");
      if (end_of_head) {
        whole = (size_t)(end_of_head - room) + 4 +
                strtoul(strstr(room, "Content-Length: ") + 16, NULL, 10);
        kept = 0;
      }
    }
  }
  return size;
}

static void send_text(int fd, const char *text)
{
  send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void play_well(int listener)
{
  int fd = accept(listener, NULL, NULL);

  while (read_request(fd))
    send_text(fd, answer);
  close(fd);
}

static void a_connection_serves_one_request_after_the_other(void)
{
  struct scene scene;

  open_scene(&scene, play_well);
  for (int i = 0; i < 3; i++) {
    ask(&scene);
    CHECK_NUMBER(scene.callers[0].status, PC_OK);
    CHECK_NUMBER(scene.callers[0].received, 2);
  }
  CHECK_NUMBER(pc_counter_read(&scene.counters.connections_opened), 1);
  CHECK_NUMBER(pc_counter_read(&scene.counters.connections_reused), 2);
  close_scene(&scene);
}

/* Twice: on each connection one answer, and something behind it. */
static void play_too_much(int listener)
{
  for (int i = 0; i < 2; i++) {
    int fd = accept(listener, NULL, NULL);

    read_request(fd);
    send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                  "HTTP/1.1 403 Forged\r\nContent-Length: 0\r\n\r\n");
    CHECK_NUMBER(read_request(fd), 0);
    close(fd);
  }
}

static void bytes_behind_an_answer_close_the_connection(void)
{
  struct scene scene;

  open_scene(&scene, play_too_much);
  for (int i = 0; i < 2; i++) {
    ask(&scene);
    CHECK_NUMBER(scene.callers[0].http_status, 200);
  }
  CHECK_NUMBER(pc_counter_read(&scene.counters.connections_opened), 2);
  close_scene(&scene);
}

/* Closes the kept connection when the second request has come. */
static void play_closing(int listener)
{
  int fd = accept(listener, NULL, NULL);

  read_request(fd);
  send_text(fd, answer);
  read_request(fd);
  close(fd);
  play_well(listener);
}

static void a_request_that_meets_the_closing_is_sent_again(void)
{
  struct scene scene;

  open_scene(&scene, play_closing);
  ask(&scene);
  ask(&scene);
  CHECK_NUMBER(scene.callers[0].status, PC_OK);
  CHECK_NUMBER(pc_counter_read(&scene.counters.requests), 2);
  CHECK_NUMBER(pc_counter_read(&scene.counters.connections_opened), 2);
  close_scene(&scene);
}

static void play_unwilling(int listener)
{
  int fd = accept(listener, NULL, NULL);

  read_request(fd);
  close(fd);
}

static void on_a_new_connection_it_is_not(void)
{
  struct scene scene;

  open_scene(&scene, play_unwilling);
  ask(&scene);
  CHECK_NUMBER(scene.callers[0].status, PC_CONNECTION_LOST);
  close_scene(&scene);
}

/* Reads slowly enough for the body to wait for room more than once. */
static void a_large_body_leaves_as_there_is_room(void)
{
  static char body[LARGE_BODY];
  struct scene scene;

  open_scene(&scene, play_well);
  scene.callers[0].request_body =
      (struct pc_text){.data = body, .size = sizeof(body)};
  ask(&scene);
  CHECK_NUMBER(scene.callers[0].status, PC_OK);
  CHECK_NUMBER(pc_counter_read(&scene.counters.bytes_sent), LARGE_BODY);
  ask(&scene);
  CHECK_NUMBER(pc_counter_read(&scene.counters.connections_opened), 1);
  close_scene(&scene);
}

/* Refuses a large body when its head is there, and reads no more of it. */
static void play_refusing(int listener)
{
  char room[1024];
  int fd = accept(listener, NULL, NULL);

  CHECK(recv(fd, room, sizeof(room), 0) > 0);
  send_text(fd, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
  while (recv(fd, room, sizeof(room), 0) > 0)
    ;
  close(fd);
}

static void a_refusal_ends_the_sending(void)
{
  static char body[LARGE_BODY];
  struct scene scene;

  open_scene(&scene, play_refusing);
  scene.callers[0].request_body =
      (struct pc_text){.data = body, .size = sizeof(body)};
  ask(&scene);
  CHECK_NUMBER(scene.callers[0].status, PC_HTTP_ERROR);
  CHECK_NUMBER(scene.callers[0].http_status, 413);
  CHECK_NUMBER(scene.callers[0].received, 2);
  close_scene(&scene);
}

/* The first who asks gets an answer without an end, the second a small one. */
static void play_endless(int listener)
{
  static const char zeros[64 * 1024];
  int first = accept(listener, NULL, NULL);
  int second = 0;

  read_request(first);
  send_text(first, "HTTP/1.1 200 OK\r\n\r\n");
  for (int i = 0; i < 100; i++)
    send(first, zeros, sizeof(zeros), MSG_NOSIGNAL);
  second = accept(listener, NULL, NULL);
  while (recv(second, &(char){0}, 1, MSG_PEEK | MSG_DONTWAIT) < 0)
    send(first, zeros, sizeof(zeros), MSG_NOSIGNAL);
  read_request(second);
  send_text(second, answer);
  while (send(first, zeros, sizeof(zeros), MSG_NOSIGNAL) > 0)
    ;
  close(first);
  close(second);
}

static void an_endless_answer_keeps_no_other_waiting(void)
{
  struct scene scene;
  struct caller *endless = &scene.callers[0];
  struct caller *small = &scene.callers[1];

  open_scene(&scene, play_endless);
  start(&scene, endless);
  start(&scene, small);
  run(&scene, 1);
  CHECK(small->is_done);
  CHECK_NUMBER(small->status, PC_OK);
  CHECK(!endless->is_done);
  end(endless);
  end(small);
  close_scene(&scene);
}

/* Answers all callers without an end, as far as it can while nobody reads. */
static void play_filling(int listener)
{
  static const char zeros[PIECE_SIZE];
  int fds[CALLERS];

  for (int i = 0; i < CALLERS; i++) {
    fds[i] = accept(listener, NULL, NULL);
    setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &(int){1 << 20}, sizeof(int));
    read_request(fds[i]);
  }
  for (int i = 0; i < CALLERS; i++) {
    send_text(fds[i], "HTTP/1.1 200 OK\r\n\r\n");
    while (send(fds[i], zeros, sizeof(zeros), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
      ;
    shutdown(fds[i], SHUT_WR);
  }
  sem_post(&current->filled);
  for (int i = 0; i < CALLERS; i++) {
    CHECK_NUMBER(read_request(fds[i]), 0);
    close(fds[i]);
  }
}

static struct {
  bool is_filled;
  size_t received;
  size_t most; /* in one turn, but for the first pieces of all */
  unsigned turns;
} long_answers;

/* Reads nothing before there is something of each. */
static void measure_turn(struct scene *scene)
{
  size_t received = 0;
  size_t more = 0;

  for (int i = 0; i < CALLERS; i++) {
    if (!scene->callers[i].exchange->hop.is_connected)
      return;
    received += scene->callers[i].received;
  }
  if (!long_answers.is_filled)
    sem_wait(&scene->filled);
  long_answers.is_filled = true;
  more = received - long_answers.received;
  long_answers.received = received;
  if (more && long_answers.turns++ && more > long_answers.most)
    long_answers.most = more;
}

static void many_long_answers_share_a_turn(void)
{
  struct scene scene;

  open_scene(&scene, play_filling);
  scene.on_turn = measure_turn;
  for (int i = 0; i < CALLERS; i++)
    start(&scene, &scene.callers[i]);
  run(&scene, CALLERS);
  for (int i = 0; i < CALLERS; i++) {
    CHECK_NUMBER(scene.callers[i].status, PC_OK);
    CHECK(scene.callers[i].received > TURN_SIZE);
    end(&scene.callers[i]);
  }
  CHECK(long_answers.most > 0);
  CHECK(long_answers.most < 2 * TURN_SIZE);
  close_scene(&scene);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_connection_serves_one_request_after_the_other),
      TEST(bytes_behind_an_answer_close_the_connection),
      TEST(a_request_that_meets_the_closing_is_sent_again),
      TEST(on_a_new_connection_it_is_not),
      TEST(a_large_body_leaves_as_there_is_room),
      TEST(a_refusal_ends_the_sending),
      TEST(an_endless_answer_keeps_no_other_waiting),
      TEST(many_long_answers_share_a_turn),
  };
  return pc_reactor_prepare() == PC_OK ? HARNESS_RUN(tests) : EXIT_FAILURE;
}
