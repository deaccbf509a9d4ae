#include "loopback.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM_SIZE = 64 * 1024, MOST_CONNECTIONS = 2048 };

struct connection {
  struct loopback *server;
  pthread_t thread;
  int fd;
  char in[ROOM_SIZE + 1];
  size_t in_size;
  char room[ROOM_SIZE];
};

struct loopback {
  loopback_handler *handler;
  void *context;
  int listener;
  pthread_t thread;
  char url[64];
  atomic_uint requests;
  pthread_mutex_t lock;
  struct connection *connections[MOST_CONNECTIONS]; /* guard: lock */
  size_t connection_count;                          /* guard: lock */
};

static void send_all(int fd, const char *data, size_t size)
{
  while (size) {
    ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

    if (sent <= 0)
      return;
    data += sent;
    size -= (size_t)sent;
  }
}

/* Reads until `enough` bytes are there. 0: the peer left. */
static int read_more(struct connection *connection)
{
  ssize_t got = recv(connection->fd, connection->in + connection->in_size,
                     ROOM_SIZE - connection->in_size, 0);

  if (got <= 0)
    return 0;
  connection->in_size += (size_t)got;
  connection->in[connection->in_size] = '\0';
  return 1;
}

static size_t content_length(const char *head)
{
  const char *line = strcasestr(head, "content-length:");

  return line ? strtoul(line + strlen("content-length:"), NULL, 10) : 0;
}

/* Splits one request off the input. 0: the peer left. */
static int read_request(struct connection *connection,
                        struct loopback_request *request)
{
  char *end = NULL;

  while ((end = strstr(connection->in, "\r\n\r\n")) == NULL)
    if (!read_more(connection))
      return 0;
  end[2] = '\0';
  request->head = connection->in;
  request->body = end + 4;
  request->body_size = content_length(connection->in);
  while (connection->in_size <
         (size_t)(request->body - connection->in) + request->body_size)
    if (!read_more(connection))
      return 0;
  request->number = atomic_fetch_add(&connection->server->requests, 1);
  return 1;
}

static int answer(struct connection *connection,
                  const struct loopback_reply *reply)
{
  char head[1024];
  size_t size = reply->body ? strlen(reply->body) : 0;
  int head_size = 0;

  if (reply->hangs)
    while (read_more(connection))
      continue;
  if (reply->hangs || !reply->status)
    return 0;
  head_size = snprintf(
      head, sizeof(head), "HTTP/1.1 %d Status\r\ncontent-length: %zu\r\n%s\r\n",
      reply->status, size, reply->head_lines ? reply->head_lines : "");
  send_all(connection->fd, head, (size_t)head_size);
  send_all(connection->fd, reply->body, reply->cut ? reply->cut : size);
  return !reply->cut;
}

static void *serve(void *context)
{
  struct connection *connection = context;
  struct loopback *server = connection->server;
  struct loopback_request request = {0};

  while (read_request(connection, &request)) {
    struct loopback_reply reply = {.status = 200};
    size_t used = (size_t)(request.body - connection->in) + request.body_size;

    server->handler(server->context, &request, connection->room, &reply);
    if (!answer(connection, &reply))
      break;
    memmove(connection->in, connection->in + used,
            connection->in_size - used + 1);
    connection->in_size -= used;
  }
  shutdown(connection->fd, SHUT_RDWR);
  return NULL;
}

static void add_connection(struct loopback *server, int fd)
{
  struct connection *connection = calloc(1, sizeof(*connection));

  if (!connection || server->connection_count == MOST_CONNECTIONS)
    abort();
  connection->server = server;
  connection->fd = fd;
  pthread_mutex_lock(&server->lock);
  server->connections[server->connection_count++] = connection;
  if (pthread_create(&connection->thread, NULL, serve, connection) != 0)
    abort();
  pthread_mutex_unlock(&server->lock);
}

static void *accept_all(void *context)
{
  struct loopback *server = context;
  int fd = -1;

  while ((fd = accept(server->listener, NULL, NULL)) >= 0)
    add_connection(server, fd);
  return NULL;
}

struct loopback *loopback_start(loopback_handler *handler, void *context)
{
  struct loopback *server = calloc(1, sizeof(*server));
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof(address);

  if (!server)
    abort();
  server->handler = handler;
  server->context = context;
  pthread_mutex_init(&server->lock, NULL);
  server->listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
      listen(server->listener, SOMAXCONN) != 0 ||
      getsockname(server->listener, (struct sockaddr *)&address, &size) != 0 ||
      pthread_create(&server->thread, NULL, accept_all, server) != 0)
    abort();
  snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d/",
           ntohs(address.sin_port));
  return server;
}

const char *loopback_url(const struct loopback *server)
{
  return server->url;
}

unsigned loopback_request_count(struct loopback *server)
{
  return atomic_load(&server->requests);
}

void loopback_stop(struct loopback *server)
{
  shutdown(server->listener, SHUT_RDWR);
  pthread_join(server->thread, NULL);
  close(server->listener);
  for (size_t i = 0; i < server->connection_count; i++) {
    struct connection *connection = server->connections[i];

    shutdown(connection->fd, SHUT_RDWR);
    pthread_join(connection->thread, NULL);
    close(connection->fd);
    free(connection);
  }
  pthread_mutex_destroy(&server->lock);
  free(server);
}
