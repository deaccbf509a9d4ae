/*
 * server.c - an HTTP/1.1 server that costs a benchmark next to nothing.
 *
 *   server [--body FILE] [--delay MS] [--jitter MS] [--slow SHARE:MS]
 *
 * One thread, one epoll. Answers every request with the same canned body, at
 * once or after delay + uniform jitter; a share of the requests takes longer.
 * Prints its port, then counts: GET /stats answers
 * {"connections":n,"requests":n,"waitedUs":n}, the last being the time from
 * the requests to their answers. Ends when its standard input closes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  HEAD_SIZE = 16 * 1024,
  EVENTS = 512,
  MOST_WAITING = 1 << 16,
  US_PER_S = 1000000,
  US_PER_MS = 1000,
  NS_PER_US = 1000
};

struct connection {
  int fd;
  char in[HEAD_SIZE + 1];
  size_t in_size;
  size_t body_left; /* bytes of the request body still to come */
  const char *out;  /* what is being sent, NULL for nothing */
  size_t out_left;
  bool is_stats;
  bool is_gone; /* the peer left while its answer waited */
  bool is_waiting;
  uint64_t asked_us;
  char stats[256];
};

struct waiting {
  uint64_t due_us;
  struct connection *connection;
};

static int epoll;
static char *answer;
static size_t answer_size;
static double delay_ms, jitter_ms, slow_share, slow_ms;
static uint64_t connection_count, request_count, waited_us;
static uint64_t random_state = 1;

/* A binary heap by due time. */
static struct waiting heap[MOST_WAITING];
static size_t heap_size;

static uint64_t now_us(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / NS_PER_US;
}

static double random_unit(void)
{
  random_state = random_state * UINT64_C(6364136223846793005) + 1;
  return (double)(random_state >> 11) * 0x1p-53;
}

static void heap_push(struct waiting item)
{
  size_t at = heap_size++;

  for (; at && heap[(at - 1) / 2].due_us > item.due_us; at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = item;
}

static struct waiting heap_pop(void)
{
  struct waiting first = heap[0];
  struct waiting last = heap[--heap_size];
  size_t at = 0;

  for (size_t child = 1; child < heap_size; child = 2 * at + 1) {
    if (child + 1 < heap_size && heap[child + 1].due_us < heap[child].due_us)
      child++;
    if (heap[child].due_us >= last.due_us)
      break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return first;
}

static void watch(struct connection *connection, uint32_t events)
{
  struct epoll_event event = {.events = events, .data.ptr = connection};

  epoll_ctl(epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

static void leave(struct connection *connection)
{
  close(connection->fd);
  if (connection->is_waiting)
    connection->is_gone = true;
  else
    free(connection);
}

/* Sends what it can. False: the peer left. */
static bool send_some(struct connection *connection)
{
  bool was_blocked = false;

  while (connection->out_left) {
    ssize_t sent = send(connection->fd, connection->out, connection->out_left,
                        MSG_NOSIGNAL);

    if (sent < 0 && errno == EAGAIN) {
      watch(connection, EPOLLIN | EPOLLOUT);
      return true;
    }
    if (sent <= 0)
      return false;
    was_blocked = was_blocked || (size_t)sent < connection->out_left;
    connection->out += sent;
    connection->out_left -= (size_t)sent;
  }
  connection->out = NULL;
  if (was_blocked)
    watch(connection, EPOLLIN);
  return true;
}

static bool begin_answer(struct connection *connection)
{
  connection->out = answer;
  connection->out_left = answer_size;
  if (connection->is_stats) {
    char body[128];

    snprintf(body, sizeof(body),
             "{\"connections\":%llu,\"requests\":%llu,\"waitedUs\":%llu}",
             (unsigned long long)connection_count,
             (unsigned long long)request_count, (unsigned long long)waited_us);
    snprintf(connection->stats, sizeof(connection->stats),
             "HTTP/1.1 200 OK\r\ncontent-length: %zu\r\n\r\n%s", strlen(body),
             body);
    connection->out = connection->stats;
    connection->out_left = strlen(connection->stats);
  }
  return send_some(connection);
}

static bool answer_request(struct connection *connection)
{
  double wait_ms = delay_ms + jitter_ms * random_unit();

  if (connection->is_stats)
    return begin_answer(connection);
  request_count++;
  if (slow_share > 0 && random_unit() < slow_share)
    wait_ms = slow_ms;
  if (wait_ms <= 0 || heap_size == MOST_WAITING)
    return begin_answer(connection);
  connection->is_waiting = true;
  connection->asked_us = now_us();
  heap_push((struct waiting){
      connection->asked_us + (uint64_t)(wait_ms * US_PER_MS), connection});
  return true;
}

static size_t content_length(const char *head)
{
  const char *line = strcasestr(head, "\r\ncontent-length:");

  return line ? strtoul(line + strlen("\r\ncontent-length:"), NULL, 10) : 0;
}

/* Takes whole requests off the input. False: the peer left or lies. */
static bool read_requests(struct connection *connection)
{
  while (connection->in_size) {
    char *end = NULL;
    size_t used = 0;

    if (connection->body_left) {
      used = connection->body_left < connection->in_size ? connection->body_left
                                                         : connection->in_size;
      connection->body_left -= used;
      if (!connection->body_left && !answer_request(connection))
        return false;
    } else {
      connection->in[connection->in_size] = '\0';
      end = strstr(connection->in, "\r\n\r\n");
      if (!end)
        return connection->in_size < HEAD_SIZE;
      *end = '\0';
      used = (size_t)(end - connection->in) + 4;
      connection->is_stats = strncmp(connection->in, "GET /stats", 10) == 0;
      connection->body_left = content_length(connection->in);
      if (!connection->body_left && !answer_request(connection))
        return false;
    }
    connection->in_size -= used;
    memmove(connection->in, connection->in + used, connection->in_size);
  }
  return true;
}

static bool receive(struct connection *connection)
{
  for (;;) {
    size_t room = HEAD_SIZE - connection->in_size;
    ssize_t got =
        recv(connection->fd, connection->in + connection->in_size, room, 0);

    if (got < 0)
      return errno == EAGAIN;
    if (got == 0)
      return false;
    connection->in_size += (size_t)got;
    if (!read_requests(connection))
      return false;
    if ((size_t)got < room)
      return true;
  }
}

static void accept_all(int listener)
{
  int fd = -1;

  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    struct connection *connection = calloc(1, sizeof(*connection));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    int yes = 1;

    if (!connection)
      abort();
    connection->fd = fd;
    connection_count++;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
}

static int answer_due(void)
{
  uint64_t now = now_us();

  while (heap_size && heap[0].due_us <= now) {
    struct connection *connection = heap_pop().connection;

    connection->is_waiting = false;
    waited_us += now - connection->asked_us;
    if (connection->is_gone)
      free(connection);
    else if (!begin_answer(connection))
      leave(connection);
  }
  if (!heap_size)
    return -1;
  return (int)((heap[0].due_us - now + US_PER_MS - 1) / US_PER_MS);
}

static int listen_on_any_port(void)
{
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof(address);

  if (bind(listener, (struct sockaddr *)&address, size) != 0 ||
      listen(listener, 4096) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
    perror("listen");
    exit(1);
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void make_answer(const char *file)
{
  static const char small[] =
      "{\"id\":1,\"ok\":true,\"label\":\"positive\",\"score\":0.98765432}";
  char *body = NULL;
  size_t size = sizeof(small) - 1;
  FILE *stream = file ? fopen(file, "r") : NULL;
  int head_size = 0;

  if (file && !stream) {
    perror(file);
    exit(1);
  }
  if (stream) {
    fseek(stream, 0, SEEK_END);
    size = (size_t)ftell(stream);
    rewind(stream);
  }
  body = malloc(size + 1);
  answer = malloc(size + 128);
  if (!body || !answer || (stream && fread(body, 1, size, stream) != size))
    exit(1);
  if (!stream)
    memcpy(body, small, size);
  head_size = snprintf(answer, 128,
                       "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                       "content-length: %zu\r\n\r\n",
                       size);
  memcpy(answer + head_size, body, size);
  answer_size = (size_t)head_size + size;
  free(body);
  if (stream)
    fclose(stream);
}

static const char *read_options(int count, char **words)
{
  const char *body = NULL;

  for (int i = 1; i + 1 < count; i += 2) {
    const char *value = words[i + 1];

    if (strcmp(words[i], "--body") == 0)
      body = value;
    else if (strcmp(words[i], "--delay") == 0)
      delay_ms = strtod(value, NULL);
    else if (strcmp(words[i], "--jitter") == 0)
      jitter_ms = strtod(value, NULL);
    else if (strcmp(words[i], "--slow") == 0 &&
             sscanf(value, "%lf:%lf", &slow_share, &slow_ms) == 2)
      continue;
    else {
      fprintf(stderr, "unknown option %s\n", words[i]);
      exit(2);
    }
  }
  return body;
}

static void serve(struct connection *connection, uint32_t events)
{
  bool stays = !(events & EPOLLERR);

  if (stays && events & EPOLLOUT && connection->out)
    stays = send_some(connection);
  if (stays && events & (EPOLLIN | EPOLLHUP))
    stays = receive(connection);
  if (!stays)
    leave(connection);
}

int main(int count, char **words)
{
  static char on_input;
  static char on_listener;
  struct epoll_event input = {.events = EPOLLIN, .data.ptr = &on_input};
  struct epoll_event incoming = {.events = EPOLLIN, .data.ptr = &on_listener};
  struct epoll_event events[EVENTS];
  int listener = -1;

  make_answer(read_options(count, words));
  epoll = epoll_create1(0);
  listener = listen_on_any_port();
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &incoming);
  epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input);
  for (;;) {
    int ready = epoll_wait(epoll, events, EVENTS, answer_due());

    for (int i = 0; i < ready; i++) {
      if (events[i].data.ptr == &on_input)
        return 0;
      if (events[i].data.ptr == &on_listener)
        accept_all(listener);
      else
        serve(events[i].data.ptr, events[i].events);
    }
  }
}
