#include "net/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct pc_socket {
  uv_poll_t poll;
  struct pc_sockets *sockets;
  curl_socket_t fd;
  int wanted;    /* UV_* bits that libcurl asked for */
  int watched;   /* UV_* bits that the loop watches */
  bool is_owned; /* opened by pc_sockets_open */
};

void pc_sockets_init(struct pc_sockets *sockets,
                     uv_loop_t *loop,
                     pc_socket_ready_fn *on_ready,
                     void *context)
{
  *sockets = (struct pc_sockets){
      .loop = loop, .on_ready = on_ready, .context = context};
}

void pc_sockets_deinit(struct pc_sockets *sockets)
{
  free(sockets->by_fd);
  *sockets = (struct pc_sockets){0};
}

static struct pc_socket *find(const struct pc_sockets *sockets,
                              curl_socket_t fd)
{
  return (size_t)fd < sockets->capacity ? sockets->by_fd[fd] : NULL;
}

static bool make_place(struct pc_sockets *sockets, curl_socket_t fd)
{
  size_t capacity = sockets->capacity ? sockets->capacity : 64;
  struct pc_socket **grown = NULL;

  if ((size_t)fd < sockets->capacity)
    return true;
  while (capacity <= (size_t)fd)
    capacity *= 2;
  grown = realloc(sockets->by_fd, capacity * sizeof(*grown));
  if (!grown)
    return false;
  memset(grown + sockets->capacity, 0,
         (capacity - sockets->capacity) * sizeof(*grown));
  sockets->by_fd = grown;
  sockets->capacity = capacity;
  return true;
}

static void on_poll_closed(uv_handle_t *handle)
{
  free(handle->data);
}

static void drop(struct pc_socket *dropped)
{
  dropped->sockets->by_fd[dropped->fd] = NULL;
  uv_poll_stop(&dropped->poll);
  uv_close((uv_handle_t *)&dropped->poll, on_poll_closed);
}

static struct pc_socket *
add(struct pc_sockets *sockets, curl_socket_t fd, bool is_owned)
{
  struct pc_socket *made = NULL;

  if (!make_place(sockets, fd))
    return NULL;
  if (sockets->by_fd[fd])
    drop(sockets->by_fd[fd]);
  made = calloc(1, sizeof(*made));
  if (!made)
    return NULL;
  if (uv_poll_init(sockets->loop, &made->poll, fd) != 0) {
    free(made);
    return NULL;
  }
  made->poll.data = made;
  made->sockets = sockets;
  made->fd = fd;
  made->is_owned = is_owned;
  sockets->by_fd[fd] = made;
  return made;
}

void pc_sockets_drop_all(struct pc_sockets *sockets)
{
  for (size_t fd = 0; fd < sockets->capacity; fd++)
    if (sockets->by_fd[fd])
      drop(sockets->by_fd[fd]);
}

static int wanted_events(int what)
{
  switch (what) {
  case CURL_POLL_IN:
    return UV_READABLE;
  case CURL_POLL_OUT:
    return UV_WRITABLE;
  case CURL_POLL_INOUT:
    return UV_READABLE | UV_WRITABLE;
  default:
    return 0;
  }
}

static int curl_bits(int events)
{
  return (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
         (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
}

/* Keeps the handle for the next socket or interest of that descriptor. */
static void rest(struct pc_socket *resting)
{
  uv_poll_stop(&resting->poll);
  resting->wanted = 0;
  resting->watched = 0;
}

/*
 * libuv stops a watcher whose socket has an error and tells no events. What the
 * peer sent before the error can be read all the same, and libcurl must try to:
 * told of an error alone, it gives the answer up, and an idle connection that
 * was reset is a failure instead of a reason to open another. For the same
 * reason it always reads before it writes: an answer that comes early is lost
 * when the next piece of the request meets the reset behind it.
 */
static void on_poll(uv_poll_t *poll, int status, int events)
{
  struct pc_socket *ready = poll->data;
  int bits = 0;

  if (!ready->wanted) {
    rest(ready);
    return;
  }
  if (status >= 0)
    bits = curl_bits((events | UV_READABLE) & ready->wanted);
  else if (uv_poll_start(poll, ready->watched, on_poll) == 0)
    bits = curl_bits(ready->wanted);
  else
    bits = CURL_CSELECT_ERR;
  ready->sockets->on_ready(ready->sockets->context, ready->fd, bits);
}

static int watch(struct pc_socket *watched, int events)
{
  watched->wanted = events;
  if (watched->watched == events)
    return 0;
  if (uv_poll_start(&watched->poll, events, on_poll) != 0)
    return -1;
  watched->watched = events;
  return 0;
}

int pc_sockets_on_interest(
    CURL *easy, curl_socket_t fd, int what, void *context, void *unused)
{
  struct pc_sockets *sockets = context;
  struct pc_socket *known = find(sockets, fd);

  (void)easy;
  (void)unused;
  if (what != CURL_POLL_REMOVE) {
    if (!known)
      known = add(sockets, fd, false);
    return known ? watch(known, wanted_events(what)) : -1;
  }
  if (known && known->wanted != UV_READABLE)
    drop(known);
  else if (known && known->is_owned)
    known->wanted = 0;
  else if (known)
    rest(known);
  return 0;
}

/* Programs that the host starts must not inherit it. */
static curl_socket_t open_socket(const struct curl_sockaddr *address)
{
#ifdef SOCK_CLOEXEC
  return socket(address->family, address->socktype | SOCK_CLOEXEC,
                address->protocol);
#else
  curl_socket_t fd =
      socket(address->family, address->socktype, address->protocol);

  if (fd >= 0)
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
#endif
}

curl_socket_t pc_sockets_open(struct pc_sockets *sockets,
                              const struct curl_sockaddr *address,
                              bool is_plain)
{
  curl_socket_t fd = open_socket(address);

  if (fd < 0)
    return CURL_SOCKET_BAD;
  if (is_plain && !add(sockets, fd, true)) {
    close(fd);
    return CURL_SOCKET_BAD;
  }
  return fd;
}

int pc_sockets_on_close(void *context, curl_socket_t fd)
{
  struct pc_socket *known = find(context, fd);

  if (known)
    drop(known);
  return close(fd);
}

bool pc_sockets_may_open(int count)
{
  int opened[PC_SOCKETS_OF_LOOP];
  int opened_count = 0;
  int failure = 0;

  while (opened_count < count &&
         (opened[opened_count] = open("/", O_RDONLY | O_CLOEXEC)) >= 0)
    opened_count++;
  failure = errno;
  for (int i = 0; i < opened_count; i++)
    close(opened[i]);
  errno = failure;
  return opened_count == count;
}
