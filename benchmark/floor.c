/*
 * floor.c - the least a request costs on libcurl: its multi interface driven by
 * epoll, nothing around it.
 *
 *   floor URL REQUESTS IN_FLIGHT
 *
 * Posts the same small body again and again, reads each answer into memory and
 * prints {"seconds":s,"cpuSeconds":s}.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

enum { EVENTS = 1024 };

static const char body[] = "{\"id\":12345,\"text\":\"hello world\"}";

static int epoll;
static long timeout_ms = -1;
static CURLM *multi;
static long left_to_start, left_to_end;

static size_t on_piece(char *data, size_t one, size_t size, void *context)
{
  (void)data;
  (void)one;
  *(size_t *)context += size;
  return size;
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

static CURL *
make_easy(const char *url, struct curl_slist *headers, size_t *received)
{
  CURL *easy = curl_easy_init();

  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_piece);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, received);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  return easy;
}

static void restart_finished(void)
{
  CURLMsg *message = NULL;
  int queued = 0;

  while ((message = curl_multi_info_read(multi, &queued)) != NULL) {
    CURL *easy = message->easy_handle;

    if (message->data.result != CURLE_OK) {
      fprintf(stderr, "%s\n", curl_easy_strerror(message->data.result));
      exit(1);
    }
    curl_multi_remove_handle(multi, easy);
    left_to_end--;
    if (left_to_start-- > 0)
      curl_multi_add_handle(multi, easy);
    else
      curl_easy_cleanup(easy);
  }
}

static void run(void)
{
  struct epoll_event events[EVENTS];
  int running = 0;

  while (left_to_end > 0) {
    int ready = 0;

    if (timeout_ms == 0) {
      timeout_ms = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
      restart_finished();
      continue;
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
    restart_finished();
  }
}

static double seconds_of(clockid_t clock)
{
  struct timespec now;

  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **words)
{
  struct curl_slist *headers = NULL;
  size_t received = 0;
  double started = 0;
  long in_flight = 0;

  if (count != 4)
    return 2;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  epoll = epoll_create1(0);
  multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_interest);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout);
  headers = curl_slist_append(headers, "content-type: application/json");
  headers = curl_slist_append(headers, "authorization: Bearer test-key");
  headers = curl_slist_append(headers, "expect:");
  left_to_end = strtol(words[2], NULL, 10);
  in_flight = strtol(words[3], NULL, 10);
  left_to_start = left_to_end - in_flight;
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, in_flight);

  started = seconds_of(CLOCK_MONOTONIC);
  for (long i = 0; i < in_flight; i++)
    curl_multi_add_handle(multi, make_easy(words[1], headers, &received));
  run();
  printf("{\"seconds\":%.6f,\"cpuSeconds\":%.6f}\n",
         seconds_of(CLOCK_MONOTONIC) - started,
         seconds_of(CLOCK_PROCESS_CPUTIME_ID));
  return 0;
}
