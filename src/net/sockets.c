#include "net/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/queue.h"

enum { FIRST_CAPACITY = 64 };

struct pc_socket {
  struct pc_watch watch;
  struct pc_sockets *sockets;
  unsigned wanted; /* enum pc_readiness bits that libcurl asked for */
  bool is_owned;   /* opened by pc_sockets_open */
};

void pc_sockets_init(struct pc_sockets *sockets,
                     struct pc_poller *poller,
                     pc_socket_ready_fn *on_ready,
                     void *context)
{
  *sockets = (struct pc_sockets){
      .poller = poller, .on_ready = on_ready, .context = context};
}

static struct pc_socket *find(const struct pc_sockets *sockets,
                              curl_socket_t fd)
{
  return (size_t)fd < sockets->capacity ? sockets->by_fd[fd] : NULL;
}

static bool make_place(struct pc_sockets *sockets, curl_socket_t fd)
{
  size_t capacity = sockets->capacity ? sockets->capacity : FIRST_CAPACITY;
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

static void drop(struct pc_socket *dropped)
{
  pc_poller_unwatch(dropped->sockets->poller, &dropped->watch);
  dropped->wanted = 0;
  dropped->is_owned = false;
}

void pc_sockets_deinit(struct pc_sockets *sockets)
{
  for (size_t fd = 0; fd < sockets->capacity; fd++)
    if (sockets->by_fd[fd]) {
      drop(sockets->by_fd[fd]);
      free(sockets->by_fd[fd]);
    }
  free(sockets->by_fd);
  *sockets = (struct pc_sockets){0};
}

static int curl_bits(unsigned events)
{
  return (events & PC_READABLE ? CURL_CSELECT_IN : 0) |
         (events & PC_WRITABLE ? CURL_CSELECT_OUT : 0);
}

/*
 * libcurl always reads before it writes: an answer that comes early is lost
 * when the next piece of the request meets the reset behind it. It never hears
 * of an error alone, for which it gives an answer up that can still be read.
 */
static void on_ready(struct pc_watch *watch, unsigned ready)
{
  struct pc_socket *known = PC_ITEM_OF(watch, struct pc_socket, watch);

  if (known->wanted)
    known->sockets->on_ready(known->sockets->context, watch->fd,
                             curl_bits((ready | PC_READABLE) & known->wanted));
  else
    pc_poller_unwatch(known->sockets->poller, watch);
}

/* The entry of that number, NULL on no memory. */
static struct pc_socket *take(struct pc_sockets *sockets, curl_socket_t fd)
{
  struct pc_socket *made = NULL;

  if (!make_place(sockets, fd))
    return NULL;
  if (sockets->by_fd[fd])
    return sockets->by_fd[fd];
  made = calloc(1, sizeof(*made));
  if (!made)
    return NULL;
  made->watch.on_ready = on_ready;
  made->watch.fd = fd;
  made->sockets = sockets;
  sockets->by_fd[fd] = made;
  return made;
}

static unsigned wanted_events(int what)
{
  switch (what) {
  case CURL_POLL_IN:
    return PC_READABLE;
  case CURL_POLL_OUT:
    return PC_WRITABLE;
  case CURL_POLL_INOUT:
    return PC_READABLE | PC_WRITABLE;
  default:
    return 0;
  }
}

static void lose_interest(struct pc_socket *known)
{
  if (known->is_owned && known->wanted == PC_READABLE)
    known->wanted = 0;
  else
    drop(known);
}

enum pc_status
pc_sockets_on_interest(struct pc_sockets *sockets, curl_socket_t fd, int what)
{
  struct pc_socket *known = find(sockets, fd);

  if (what == CURL_POLL_REMOVE) {
    if (known)
      lose_interest(known);
    return PC_OK;
  }
  if (!known)
    known = take(sockets, fd);
  if (!known)
    return PC_NO_MEMORY;
  known->wanted = wanted_events(what);
  return pc_poller_watch(sockets->poller, &known->watch, known->wanted);
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
  struct pc_socket *made = NULL;

  if (fd < 0)
    return CURL_SOCKET_BAD;
  made = take(sockets, fd);
  if (!made) {
    close(fd);
    return CURL_SOCKET_BAD;
  }
  /* Of one of that number that libcurl has closed without a word. */
  drop(made);
  made->is_owned = is_plain;
  return fd;
}

void pc_sockets_forget(struct pc_sockets *sockets, curl_socket_t fd)
{
  struct pc_socket *known = find(sockets, fd);

  if (known)
    drop(known);
}

int pc_sockets_on_close(void *context, curl_socket_t fd)
{
  pc_sockets_forget(context, fd);
  return close(fd);
}

bool pc_sockets_may_open(int count)
{
  int opened[PC_SOCKETS_MOST_TRIED];
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
