/*
 * floor.c - the least a request costs on libcurl's transfers: its multi
 * interface driven by epoll, nothing around it. floor.h tells the arguments.
 */
#include <curl/curl.h>
#include <string.h>
#include <sys/epoll.h>

#include "floor.h"

enum { EVENTS = 1024 };

static int epoll;
static long timeout_ms = -1;
static CURLM *multi;
static long left_to_start, left_to_end;

static size_t on_piece(char *data, size_t one, size_t size, void *context)
{
  (void)data;
  (void)context;
  return one * size;
}

static int
on_interest(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
  struct epoll_event event = {.data.fd = fd};

  (void)easy;
  (void)context;
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
    return 0;
  }
  event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) |
                 (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
  epoll_ctl(epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  curl_multi_assign(multi, fd, &epoll);
  return 0;
}

static int on_timeout(CURLM *unused, long wait_ms, void *context)
{
  (void)unused;
  (void)context;
  timeout_ms = wait_ms;
  return 0;
}

static CURL *make_easy(const struct floor_work *work,
                       struct curl_slist *headers)
{
  CURL *easy = curl_easy_init();

  if (!easy)
    stop("no memory");
  curl_easy_setopt(easy, CURLOPT_URL, work->url);
  curl_easy_setopt(easy, CURLOPT_CAINFO, work->ca_file);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_piece);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  return easy;
}

static struct curl_slist *make_headers(void)
{
  static const char *const lines[] = {"content-type: application/json",
                                      "authorization: Bearer test-key",
                                      "expect:"};
  struct curl_slist *headers = NULL;

  for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
    struct curl_slist *longer = curl_slist_append(headers, lines[i]);

    if (!longer)
      stop("no memory");
    headers = longer;
  }
  return headers;
}

static void check_answer(const CURLMsg *message)
{
  long status = 0;

  if (message->data.result != CURLE_OK)
    stop(curl_easy_strerror(message->data.result));
  curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200)
    stop("a status other than 200");
}

static void restart_finished(void)
{
  CURLMsg *message = NULL;
  int queued = 0;

  while ((message = curl_multi_info_read(multi, &queued)) != NULL) {
    CURL *easy = message->easy_handle;

    check_answer(message);
    curl_multi_remove_handle(multi, easy);
    left_to_end--;
    if (left_to_start-- > 0)
      curl_multi_add_handle(multi, easy);
  }
}

static void take_turn(void)
{
  struct epoll_event events[EVENTS];
  int running = 0;
  int ready = 0;

  if (timeout_ms == 0) {
    timeout_ms = -1;
    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    return;
  }
  ready = epoll_wait(epoll, events, EVENTS, (int)timeout_ms);
  for (int i = 0; i < ready; i++)
    curl_multi_socket_action(
        multi, events[i].data.fd,
        (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
            (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0),
        &running);
  if (ready == 0)
    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

struct run {
  CURL **easies;
  long in_flight;
};

static void post_all(void *context, long requests)
{
  const struct run *run = context;

  left_to_end = requests;
  left_to_start = requests;
  for (long i = 0; i < run->in_flight && left_to_start > 0;
       i++, left_to_start--)
    curl_multi_add_handle(multi, run->easies[i]);
  while (left_to_end > 0) {
    take_turn();
    restart_finished();
  }
}

static void open_multi(long in_flight)
{
  curl_global_init(CURL_GLOBAL_DEFAULT);
  epoll = epoll_create1(0);
  multi = curl_multi_init();
  if (epoll < 0 || !multi)
    stop("no memory or descriptor");
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_interest);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, in_flight);
}

int main(int count, char **words)
{
  struct floor_work work = read_words(count, words);
  struct curl_slist *headers = NULL;
  struct run run = {.in_flight = work.in_flight};

  run.easies = calloc((size_t)work.in_flight, sizeof(*run.easies));
  if (!run.easies)
    stop("no memory");
  open_multi(work.in_flight);
  headers = make_headers();
  for (long i = 0; i < work.in_flight; i++)
    run.easies[i] = make_easy(&work, headers);

  measure(&work, post_all, &run);

  for (long i = 0; i < work.in_flight; i++)
    curl_easy_cleanup(run.easies[i]);
  curl_multi_cleanup(multi);
  curl_slist_free_all(headers);
  free(run.easies);
  return 0;
}
