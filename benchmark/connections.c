/*
 * connections.c - the least a request costs on connections that libcurl has
 * opened (CURLOPT_CONNECT_ONLY): one write, one read, a search for the answer's
 * end, driven by epoll. floor.h tells the arguments.
 *
 * In clear the bytes go by send and recv; over TLS by curl_easy_send and
 * curl_easy_recv.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "floor.h"

enum { EVENTS = 1024, ANSWER_SIZE = 16 * 1024, REQUEST_SIZE = 1024 };

struct connection {
  CURL *easy;
  curl_socket_t fd;
  bool is_plain;
  size_t size; /* of the answer, as far as it has come */
  char answer[ANSWER_SIZE + 1];
};

struct run {
  struct connection *connections;
  long in_flight;
  int epoll;
  char request[REQUEST_SIZE];
  size_t request_size;
};

static void open_one(struct connection *connection,
                     const struct floor_work *work,
                     int epoll)
{
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  CURL *easy = curl_easy_init();

  if (!easy)
    stop("no memory");
  curl_easy_setopt(easy, CURLOPT_URL, work->url);
  curl_easy_setopt(easy, CURLOPT_CAINFO, work->ca_file);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (curl_easy_perform(easy) != CURLE_OK)
    stop("no connection");
  curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &connection->fd);
  connection->easy = easy;
  connection->is_plain = strncmp(work->url, "http:", 5) == 0;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
    stop("no watch");
}

/* A write of that little goes out whole or has failed. */
static void send_request(const struct run *run, struct connection *connection)
{
  size_t sent = 0;

  connection->size = 0;
  if (connection->is_plain)
    sent = (size_t)send(connection->fd, run->request, run->request_size,
                        MSG_NOSIGNAL);
  else
    curl_easy_send(connection->easy, run->request, run->request_size, &sent);
  if (sent != run->request_size)
    stop("a request was not sent");
}

/* False: nothing is there yet. */
static bool receive(struct connection *connection)
{
  char *to = connection->answer + connection->size;
  size_t room = ANSWER_SIZE - connection->size;
  size_t got = 0;

  if (connection->is_plain) {
    ssize_t count = recv(connection->fd, to, room, 0);

    if (count < 0 && errno == EAGAIN)
      return false;
    got = count > 0 ? (size_t)count : 0;
  } else if (curl_easy_recv(connection->easy, to, room, &got) == CURLE_AGAIN) {
    return false;
  }
  if (!got)
    stop("the connection has ended");
  connection->size += got;
  connection->answer[connection->size] = '\0';
  return true;
}

static bool is_whole(const struct connection *connection)
{
  static const char name[] = "\r\ncontent-length:";
  const char *end = strstr(connection->answer, "\r\n\r\n");
  const char *line = end ? strcasestr(connection->answer, name) : NULL;

  if (!end)
    return false;
  if (strncmp(connection->answer, "HTTP/1.1 200", 12) != 0 || !line)
    stop("a status other than 200, or an answer without a length");
  return connection->size >= (size_t)(end + 4 - connection->answer) +
                                 strtoul(line + strlen(name), NULL, 10);
}

static void post_all(void *context, long requests)
{
  const struct run *run = context;
  struct epoll_event events[EVENTS];
  long left_to_start = requests;
  long left_to_end = requests;

  for (long i = 0; i < run->in_flight && left_to_start > 0;
       i++, left_to_start--)
    send_request(run, &run->connections[i]);
  while (left_to_end > 0) {
    int ready = epoll_wait(run->epoll, events, EVENTS, -1);

    for (int i = 0; i < ready; i++) {
      struct connection *connection = events[i].data.ptr;

      if (!receive(connection) || !is_whole(connection))
        continue;
      left_to_end--;
      if (left_to_start-- > 0)
        send_request(run, connection);
    }
  }
}

/* As the lane writes it. */
static void write_request(struct run *run, const char *url)
{
  const char *host = strstr(url, "//") + 2;
  const char *path = strchr(host, '/');

  run->request_size = (size_t)snprintf(
      run->request, sizeof(run->request),
      "POST %s HTTP/1.1\r\nHost: %.*s\r\nAccept: */*\r\n"
      "content-type: application/json\r\nauthorization: Bearer test-key\r\n"
      "Content-Length: %zu\r\n\r\n%s",
      path, (int)(path - host), host, strlen(body), body);
}

int main(int count, char **words)
{
  struct floor_work work = read_words(count, words);
  struct run run = {.in_flight = work.in_flight};

  curl_global_init(CURL_GLOBAL_DEFAULT);
  run.epoll = epoll_create1(0);
  run.connections = calloc((size_t)work.in_flight, sizeof(*run.connections));
  if (run.epoll < 0 || !run.connections)
    stop("no memory or descriptor");
  write_request(&run, work.url);
  for (long i = 0; i < work.in_flight; i++)
    open_one(&run.connections[i], &work, run.epoll);

  measure(&work, post_all, &run);

  for (long i = 0; i < work.in_flight; i++)
    curl_easy_cleanup(run.connections[i].easy);
  free(run.connections);
  return 0;
}
