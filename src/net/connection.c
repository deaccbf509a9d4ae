#include "net/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum pc_status pc_connection_create(struct pc_opener *opener,
                                    bool is_plain,
                                    struct pc_connection **out)
{
  struct pc_connection *connection = calloc(1, sizeof(*connection));
  enum pc_status status = PC_NO_MEMORY;

  *out = NULL;
  if (!connection)
    return PC_NO_MEMORY;
  connection->poller = &opener->reactor->poller;
  connection->watch.fd =
      is_plain ? pc_opener_take_socket(opener) : pc_opener_stay(opener);
  if (!is_plain)
    connection->opener = opener;
  status = pc_poller_watch(connection->poller, &connection->watch, PC_READABLE);
  if (status == PC_OK)
    *out = connection;
  else
    pc_connection_destroy(connection);
  return status;
}

struct pc_opener *pc_connection_destroy(struct pc_connection *connection)
{
  struct pc_opener *opener = connection->opener;

  pc_poller_unwatch(connection->poller, &connection->watch);
  if (opener)
    pc_opener_end(opener);
  else
    close(connection->watch.fd);
  free(connection);
  return opener;
}

static enum pc_moved failed(struct pc_connection *connection)
{
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
    return PC_MOVED_NONE;
  connection->reason = errno;
  return PC_MOVED_BROKEN;
}

static enum pc_moved send_plain(struct pc_connection *connection,
                                struct pc_text first,
                                struct pc_text second,
                                size_t *sent)
{
  struct iovec parts[] = {
      {.iov_base = (void *)first.data, .iov_len = first.size},
      {.iov_base = (void *)second.data, .iov_len = second.size}};
  struct msghdr message = {.msg_iov = first.size ? parts : parts + 1,
                           .msg_iovlen = first.size && second.size ? 2 : 1};
  ssize_t size = sendmsg(connection->watch.fd, &message, MSG_NOSIGNAL);

  if (size < 0)
    return failed(connection);
  *sent = (size_t)size;
  return PC_MOVED_SOME;
}

static enum pc_moved send_by_curl(struct pc_connection *connection,
                                  struct pc_text part,
                                  size_t *sent)
{
  CURLcode code =
      curl_easy_send(connection->opener->easy, part.data, part.size, sent);

  if (code == CURLE_AGAIN)
    return PC_MOVED_NONE;
  return code == CURLE_OK ? PC_MOVED_SOME : PC_MOVED_BROKEN;
}

enum pc_moved pc_connection_send(struct pc_connection *connection,
                                 struct pc_text first,
                                 struct pc_text second,
                                 size_t *sent)
{
  *sent = 0;
  if (!connection->opener)
    return send_plain(connection, first, second, sent);
  return send_by_curl(connection, first.size ? first : second, sent);
}

enum pc_moved pc_connection_receive(struct pc_connection *connection,
                                    char *data,
                                    size_t size,
                                    size_t *got)
{
  *got = 0;
  if (connection->opener) {
    CURLcode code = curl_easy_recv(connection->opener->easy, data, size, got);

    if (code == CURLE_AGAIN)
      return PC_MOVED_NONE;
    if (code != CURLE_OK)
      return PC_MOVED_BROKEN;
  } else {
    ssize_t count = recv(connection->watch.fd, data, size, 0);

    if (count < 0)
      return failed(connection);
    *got = (size_t)count;
  }
  return *got ? PC_MOVED_SOME : PC_MOVED_END;
}

/* Session tickets and the like come unasked as well, and are no such thing. */
bool pc_connection_has_unasked(struct pc_connection *connection)
{
  char byte = 0;
  size_t got = 0;

  return pc_connection_receive(connection, &byte, sizeof(byte), &got) !=
         PC_MOVED_NONE;
}

enum pc_status pc_connection_await_room(struct pc_connection *connection,
                                        bool is_awaited)
{
  return pc_poller_watch(connection->poller, &connection->watch,
                         is_awaited ? PC_READABLE | PC_WRITABLE : PC_READABLE);
}

void pc_connection_words(const struct pc_connection *connection,
                         const char *what,
                         char *out)
{
  if (connection->opener)
    snprintf(out, CURL_ERROR_SIZE, "%s", connection->opener->error_text);
  else
    snprintf(out, CURL_ERROR_SIZE, "%s failure: %s", what,
             strerror(connection->reason));
}
