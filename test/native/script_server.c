#include "script_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "harness.h"

enum {
  LONGEST_BODY = 40000,
  ROOM = 256 * 1024,
  REQUEST_ROOM = 512 * 1024,
  PLACES = 3 /* that a redirect leads through */
};

struct script_server {
  int fd;
  char url[64];
  pthread_t thread;
  atomic_uint live; /* threads of connections */
};

/* Draws are taken in the same order by whoever has the same number. */
struct draw {
  uint64_t state;
};

static uint32_t under(struct draw *draw, uint32_t most)
{
  return (uint32_t)(harness_random(&draw->state) % most);
}

static bool one_in(struct draw *draw, uint32_t count)
{
  return under(draw, count) == 0;
}

static struct draw draw_of(uint64_t number)
{
  return (struct draw){.state = number * 0x9e3779b97f4a7c15u + 7};
}

struct script_request script_request_of(uint64_t number)
{
  static const char *const methods[] = {"POST", "POST", "POST",  "GET",
                                        "PUT",  "HEAD", "DELETE"};
  struct draw draw = draw_of(number ^ 0xabcdef);
  struct script_request request = {.method = methods[under(&draw, 7)]};

  if (*request.method == 'P')
    request.body_size =
        one_in(&draw, 20) ? 200000 + under(&draw, 100000) : under(&draw, 20000);
  request.hangs = one_in(&draw, 3000);
  return request;
}

/* An answer as bytes, and what becomes of them. */
struct answer {
  char *data;
  size_t size;
  size_t body_at;
  size_t last_at; /* the last chunk, 0 for none */
  bool closes;    /* when it was sent */
  bool resets;    /* instead of closing */
  bool is_early;  /* before the body of the request is read */
};

static void add(struct answer *answer, const void *data, size_t size)
{
  if (answer->size + size > ROOM)
    abort();
  memcpy(answer->data + answer->size, data, size);
  answer->size += size;
}

static void add_text(struct answer *answer, const char *text)
{
  add(answer, text, strlen(text));
}

static void add_line(struct answer *answer, const char *format, long value)
{
  char line[128];

  snprintf(line, sizeof(line), format, value);
  add_text(answer, line);
}

/* Text that compresses somewhat. */
static size_t draw_body(struct draw *draw, char *out)
{
  size_t size = one_in(draw, 4) ? under(draw, LONGEST_BODY) : under(draw, 300);

  for (size_t i = 0; i < size; i++)
    out[i] = (char)('a' + (under(draw, 100) < 70 ? i % 7 : under(draw, 26)));
  return size;
}

static size_t compress_body(char *body, size_t size, bool is_gzip)
{
  z_stream stream = {0};
  static _Thread_local char out[2 * LONGEST_BODY + 1024];

  deflateInit2(&stream, 6, Z_DEFLATED, is_gzip ? 31 : 15, 8,
               Z_DEFAULT_STRATEGY);
  stream.next_in = (Bytef *)body;
  stream.avail_in = (uInt)size;
  stream.next_out = (Bytef *)out;
  stream.avail_out = sizeof(out);
  deflate(&stream, Z_FINISH);
  size = stream.total_out;
  deflateEnd(&stream);
  memcpy(body, out, size);
  return size;
}

static void add_chunks(struct draw *draw,
                       struct answer *answer,
                       const char *body,
                       size_t size)
{
  size_t at = 0;

  while (at < size) {
    size_t piece = 1 + under(draw, one_in(draw, 3) ? 50 : 9000);

    piece = piece < size - at ? piece : size - at;
    add_line(answer, under(draw, 2) ? "%lx" : "%lX", (long)piece);
    if (one_in(draw, 10))
      add_text(answer, ";name=value");
    add_text(answer, "\r\n");
    add(answer, body + at, piece);
    add_text(answer, "\r\n");
    at += piece;
  }
  answer->last_at = answer->size;
  add_text(answer, one_in(draw, 200) && size ? "zz\r\n" : "0\r\n");
  if (size && one_in(draw, 5))
    add_text(answer, "X-Trailer: 1\r\n");
  add_text(answer, "\r\n");
}

static int draw_status(struct draw *draw)
{
  static const int statuses[] = {201, 204, 304, 400, 404, 429, 500, 503};

  return one_in(draw, 3) ? statuses[under(draw, 8)] : 200;
}

static void draw_redirect(struct draw *draw,
                          struct answer *answer,
                          uint64_t number,
                          int hop)
{
  static const int statuses[] = {301, 302, 303, 307, 308};
  char line[160];

  snprintf(line, sizeof(line), "HTTP/1.1 %d Moved\r\n",
           statuses[under(draw, 5)]);
  add_text(answer, line);
  if (one_in(draw, 8))
    add_text(answer, "Location: http://other.invalid/\r\n");
  else {
    snprintf(line, sizeof(line), "Location: /%llu/%d\r\n",
             (unsigned long long)number, hop + 1);
    add_text(answer, line);
  }
  add_text(answer, "Content-Length: 5\r\n\r\nmoved");
}

/* Head and body. */
static void draw_whole(struct draw *draw, struct answer *answer, bool is_head)
{
  static _Thread_local char body[2 * LONGEST_BODY + 1024];
  size_t size = draw_body(draw, body);
  int status = draw_status(draw);
  bool is_bodiless = is_head || status == 204 || status == 304;
  bool is_old = one_in(draw, 15);
  uint32_t framing = under(draw, 5);
  uint32_t coding = under(draw, 6);

  while (one_in(draw, 8))
    add_text(answer, one_in(draw, 2)
                         ? "HTTP/1.1 100 Continue\r\n\r\n"
                         : "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  add_text(answer, one_in(draw, 150) ? "HTTP/1.x "
                   : is_old          ? "HTTP/1.0 "
                                     : "HTTP/1.1 ");
  add_line(answer, "%ld", status);
  add_text(answer, one_in(draw, 5) ? "\r\n" : " Some Words\r\n");
  for (uint32_t i = under(draw, 6); i > 0; i--)
    add_line(answer, "x-number-%ld: some value\r\n", (long)under(draw, 1000));
  if (coding < 2 && size) {
    size = compress_body(body, size, coding == 0);
    add_text(answer, coding ? "Content-Encoding: deflate\r\n"
                            : "content-encoding: gzip\r\n");
  }
  answer->closes = is_old || one_in(draw, 6);
  if (answer->closes && one_in(draw, 2))
    add_text(answer, "Connection: close\r\n");
  if (framing < 2 && !is_old) {
    add_text(answer, "Transfer-Encoding: chunked\r\n\r\n");
  } else if (framing < 4) {
    add_line(answer, "Content-Length: %ld\r\n\r\n", (long)size);
  } else {
    answer->closes = answer->closes || !is_bodiless;
    add_text(answer, "\r\n");
  }
  answer->body_at = answer->size;
  if (is_bodiless)
    return;
  if (framing < 2 && !is_old)
    add_chunks(draw, answer, body, size);
  else
    add(answer, body, size);
}

/* What may go wrong. Bytes behind an answer are not among it: libcurl may take
   them for the next one. */
static void spoil(struct draw *draw, struct answer *answer)
{
  switch (under(draw, 14)) {
  case 0: /* breaks off, anywhere or in the body */
    answer->size =
        one_in(draw, 2)
            ? under(draw, (uint32_t)answer->size + 1)
            : answer->body_at +
                  under(draw, (uint32_t)(answer->size - answer->body_at + 1));
    /* Without the end of the last chunk a body is whole to libcurl. */
    if (answer->last_at && answer->size > answer->last_at)
      answer->size = answer->last_at;
    answer->closes = true;
    answer->resets = one_in(draw, 2);
    break;
  case 1: /* without a word */
    answer->size = 0;
    answer->closes = true;
    answer->resets = one_in(draw, 2);
    break;
  default:
    break;
  }
}

static void
draw_answer(struct answer *answer, uint64_t number, int hop, bool is_head)
{
  struct draw draw = draw_of(number + (uint64_t)hop * 0x1000000000u);

  answer->size = 0;
  answer->body_at = 0;
  answer->last_at = 0;
  answer->closes = false;
  answer->resets = false;
  answer->is_early = one_in(&draw, 10);
  if (!is_head && one_in(&draw, 12))
    draw_redirect(&draw, answer, number, hop);
  else
    draw_whole(&draw, answer, is_head);
  if (!answer->body_at)
    answer->body_at = answer->size;
  spoil(&draw, answer);
}

static bool send_all(int fd, const char *data, size_t size)
{
  while (size) {
    ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

    if (sent <= 0)
      return false;
    data += sent;
    size -= (size_t)sent;
  }
  return true;
}

/* In pieces; what breaks the rules at its end comes with what is before it. */
static bool send_answer(int fd, const struct answer *answer, uint64_t number)
{
  struct draw draw = draw_of(number ^ 0x777);
  size_t at = 0;

  while (at < answer->size) {
    size_t piece = answer->size - at;

    if (piece > 100 && !one_in(&draw, 3))
      piece = 1 + under(&draw, (uint32_t)piece - 60);
    if (!send_all(fd, answer->data + at, piece))
      return false;
    at += piece;
    if (one_in(&draw, 4))
      sched_yield();
  }
  return true;
}

/* A request: its head, and how much of its body has come with that. */
struct request {
  char *data;
  size_t size;      /* received */
  size_t head_size; /* 0 until it is whole */
  size_t body_size;
};

static bool receive_head(int fd, struct request *request)
{
  const char *end = NULL;
  const char *length = NULL;

  while (!(end = memmem(request->data, request->size, "\r\n\r\n", 4))) {
    ssize_t got = recv(fd, request->data + request->size,
                       REQUEST_ROOM - request->size, 0);

    if (got <= 0)
      return false;
    request->size += (size_t)got;
  }
  request->head_size = (size_t)(end - request->data) + 4;
  length = memmem(request->data, request->head_size, "Content-Length: ", 16);
  request->body_size = length ? strtoul(length + 16, NULL, 10) : 0;
  return true;
}

static bool receive_body(int fd, struct request *request)
{
  size_t whole = request->head_size + request->body_size;

  while (request->size < whole) {
    ssize_t got = recv(fd, request->data + request->size,
                       REQUEST_ROOM - request->size, 0);

    if (got <= 0)
      return false;
    request->size += (size_t)got;
  }
  memmove(request->data, request->data + whole, request->size - whole);
  request->size -= whole;
  return true;
}

/* False: the connection is to end. */
static bool serve_one(int fd, struct request *request, struct answer *answer)
{
  uint64_t number = 0;
  int hop = 0;
  char *path = NULL;
  bool is_head = false;

  if (!receive_head(fd, request))
    return false;
  path = memchr(request->data, '/', request->head_size);
  number = strtoull(path + 1, &path, 10);
  if (*path == '/')
    hop = (int)strtol(path + 1, NULL, 10);
  is_head = *request->data == 'H';
  draw_answer(answer, number, hop, is_head);
  if (script_request_of(number).hangs) {
    char byte = 0;

    while (recv(fd, &byte, 1, 0) > 0)
      ;
    return false;
  }
  if (answer->is_early && !answer->closes)
    return send_answer(fd, answer, number) && receive_body(fd, request);
  return receive_body(fd, request) && send_answer(fd, answer, number) &&
         !answer->closes;
}

struct visit {
  struct script_server *server;
  int fd;
};

static void *serve(void *context)
{
  struct visit *visit = context;
  struct answer answer = {.data = malloc(ROOM)};
  struct request request = {.data = malloc(REQUEST_ROOM)};

  while (serve_one(visit->fd, &request, &answer))
    ;
  if (answer.resets)
    setsockopt(visit->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
               sizeof(struct linger));
  close(visit->fd);
  free(answer.data);
  free(request.data);
  atomic_fetch_sub(&visit->server->live, 1);
  free(visit);
  return NULL;
}

static void *accept_all(void *context)
{
  struct script_server *server = context;
  int fd = 0;

  while ((fd = accept(server->fd, NULL, NULL)) >= 0 || errno == ECONNABORTED) {
    struct visit *visit = malloc(sizeof(*visit));
    pthread_t thread;

    *visit = (struct visit){.server = server, .fd = fd};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    atomic_fetch_add(&server->live, 1);
    if (pthread_create(&thread, NULL, serve, visit) != 0)
      abort();
    pthread_detach(thread);
  }
  return NULL;
}

struct script_server *script_server_start(void)
{
  struct script_server *server = calloc(1, sizeof(*server));
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof(address);

  server->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(server->fd, (struct sockaddr *)&address, size) != 0 ||
      listen(server->fd, 1024) != 0 ||
      getsockname(server->fd, (struct sockaddr *)&address, &size) != 0 ||
      pthread_create(&server->thread, NULL, accept_all, server) != 0)
    abort();
  snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d/",
           ntohs(address.sin_port));
  return server;
}

const char *script_server_url(const struct script_server *server)
{
  return server->url;
}

void script_server_stop(struct script_server *server)
{
  shutdown(server->fd, SHUT_RDWR);
  pthread_join(server->thread, NULL);
  close(server->fd);
  while (atomic_load(&server->live))
    sched_yield();
  free(server);
}
