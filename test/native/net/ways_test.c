/*
 * An exchange ends the same, byte for byte and code for code, whether it goes
 * over a lane or by one of libcurl's transfers: the same numbers are asked for
 * both ways, of a server that answers by number, faults included.
 *
 *   build/native-asan/net/ways_test [first number [count]]
 */
#include "harness.h"

#include "net/exchange.h"
#include "net/reactor.h"
#include "script_server.h"

enum {
  IN_FLIGHT = 8,
  USUAL_COUNT = 3000,
  LONGEST_MS = 60 * 1000,
  HANG_MS = 200,
  LARGEST_BODY = 300 * 1000
};

/* How one number has ended. */
struct ending {
  enum pc_status status;
  long http_status;
  uint64_t head; /* hashes, of what the owner was given */
  uint64_t body;
  uint64_t received; /* bytes */
  uint64_t sent;
  unsigned begun; /* how often a final answer has */
};

struct way;

struct place {
  struct way *way;
  struct pc_exchange *exchange; /* NULL: free */
  struct pc_target target;
  char url[96];
  uint64_t number;
  struct ending ending;
};

/* All numbers, one way. */
struct way {
  struct pc_reactor reactor;
  struct pc_transport transport;
  struct pc_exchanges exchanges;
  struct pc_counters counters;
  const char *url;
  uint64_t next;
  uint64_t end;
  uint64_t first;
  struct ending *endings;
  struct place places[IN_FLIGHT];
  unsigned running;
};

static char request_body[LARGEST_BODY];

static uint64_t mix(uint64_t hash, const char *data, size_t size)
{
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ (unsigned char)data[i]) * 0x100000001b3u;
  return hash;
}

static void on_nothing(void *owner)
{
  (void)owner;
}

static enum pc_status on_begin(void *owner)
{
  struct place *place = owner;

  place->ending.body = 0;
  return PC_OK;
}

static enum pc_status on_body(void *owner, const char *data, size_t size)
{
  struct place *place = owner;

  CHECK(place->exchange->hop.http_status != 0);
  place->ending.body = mix(place->ending.body, data, size);
  return PC_OK;
}

static void on_done(void *owner, enum pc_status status)
{
  struct place *place = owner;
  struct way *way = place->way;
  struct pc_hop *hop = &place->exchange->hop;

  place->ending.status = status;
  place->ending.http_status = hop->http_status;
  place->ending.head = mix(0, hop->head.data, hop->head.size);
  place->ending.received = hop->received;
  place->ending.sent = hop->sent;
  way->endings[place->number - way->first] = place->ending;
  pc_exchange_release(place->exchange);
  place->exchange = NULL;
  pc_target_deinit(&place->target);
  way->running--;
  if (!way->running && way->next == way->end)
    pc_reactor_end(&way->reactor);
}

static const struct pc_exchange_events events = {.on_found = on_nothing,
                                                 .on_connected = on_nothing,
                                                 .on_begin = on_begin,
                                                 .on_body = on_body,
                                                 .on_done = on_done};

static void start(struct place *place, uint64_t number)
{
  struct way *way = place->way;
  struct script_request request = script_request_of(number);
  struct pc_exchange_order *order = NULL;

  place->number = number;
  place->ending = (struct ending){0};
  snprintf(place->url, sizeof(place->url), "%s%llu", way->url,
           (unsigned long long)number);
  CHECK_NUMBER(pc_target_init(&place->target, place->url, request.method,
                              "accept: application/json", 0),
               PC_OK);
  place->target.serial = number + 1;
  place->exchange = pc_exchange_take(&way->exchanges, place);
  order = &place->exchange->order;
  order->target = &place->target;
  order->body =
      (struct pc_text){.data = request_body, .size = request.body_size};
  order->timeout_ms = request.hangs ? HANG_MS : LONGEST_MS;
  order->deadline_ms = 0;
  snprintf(order->request_id, sizeof(order->request_id), "id");
  way->running++;
  CHECK_NUMBER(pc_exchange_start(place->exchange), PC_OK);
}

static void on_turn(void *context)
{
  struct way *way = context;

  for (int i = 0; i < IN_FLIGHT && way->next < way->end; i++)
    if (!way->places[i].exchange)
      start(&way->places[i], way->next++);
}

static void on_woken(void *context)
{
  (void)context;
}

static const struct pc_reactor_events reactor_events = {.on_turn = on_turn,
                                                        .on_woken = on_woken};

static void run(const char *url,
                bool uses_libcurl,
                uint64_t first,
                uint64_t count,
                struct ending *endings)
{
  static struct way way;
  struct pc_transport transport = {.http_version = 1,
                                   .uses_libcurl = uses_libcurl,
                                   .connect_timeout_ms = LONGEST_MS};

  way = (struct way){.url = url,
                     .first = first,
                     .next = first,
                     .end = first + count,
                     .endings = endings};
  CHECK_NUMBER(pc_transport_copy(&transport, &way.transport), PC_OK);
  for (int i = 0; i < IN_FLIGHT; i++)
    way.places[i].way = &way;
  CHECK_NUMBER(pc_reactor_init(&way.reactor, &reactor_events, &way), PC_OK);
  pc_exchanges_init(&way.exchanges, &way.reactor, &way.transport, &events,
                    &way.counters);
  pc_reactor_run(&way.reactor);
  pc_exchanges_close(&way.exchanges);
  pc_reactor_deinit(&way.reactor);
  pc_transport_deinit(&way.transport);
}

static bool are_equal(const struct ending *a, const struct ending *b)
{
  /* Without a whole head nobody asks how far it had come; nor do the counters
     of bytes after a broken body, or of a body that a refusal has cut short. */
  if (a->status == PC_PARSE_ERROR)
    return b->status == PC_PARSE_ERROR && a->http_status == b->http_status &&
           (!a->http_status || a->body == b->body);
  return a->status == b->status && a->http_status == b->http_status &&
         (a->status != PC_OK || a->sent == b->sent) &&
         (!a->http_status || (a->head == b->head && a->body == b->body &&
                              a->received == b->received));
}

static void print_ending(const char *way, const struct ending *ending)
{
  printf("  %s: %s %ld, head %llx, body %llx, received %llu, sent %llu\n", way,
         pc_status_code(ending->status), ending->http_status,
         (unsigned long long)ending->head, (unsigned long long)ending->body,
         (unsigned long long)ending->received,
         (unsigned long long)ending->sent);
}

static uint64_t first_number = 1;
static uint64_t number_count;

static void an_exchange_ends_the_same_both_ways(void)
{
  uint64_t count =
      number_count ? number_count : (uint64_t)harness_rounds(USUAL_COUNT);
  struct ending *by_lane = calloc(count, sizeof(*by_lane));
  struct ending *by_curl = calloc(count, sizeof(*by_curl));
  struct script_server *server = script_server_start();
  unsigned statuses[PC_STATUS_COUNT] = {0};

  memset(request_body, 'x', sizeof(request_body));
  run(script_server_url(server), false, first_number, count, by_lane);
  run(script_server_url(server), true, first_number, count, by_curl);
  script_server_stop(server);
  for (uint64_t i = 0; i < count; i++) {
    statuses[by_lane[i].status]++;
    if (CHECK(are_equal(&by_lane[i], &by_curl[i])))
      continue;
    printf("number %llu\n", (unsigned long long)(first_number + i));
    print_ending("lane", &by_lane[i]);
    print_ending("libcurl", &by_curl[i]);
  }
  CHECK(statuses[PC_OK] > count / 4);
  CHECK(statuses[PC_HTTP_ERROR] > count / 20);
  CHECK(statuses[PC_CONNECTION_LOST] > count / 100);
  CHECK(statuses[PC_PARSE_ERROR] > count / 100);
  free(by_lane);
  free(by_curl);
}

int main(int count, char **words)
{
  static const struct harness_test tests[] = {
      TEST(an_exchange_ends_the_same_both_ways),
  };

  if (count > 1)
    first_number = strtoull(words[1], NULL, 10);
  if (count > 2)
    number_count = strtoull(words[2], NULL, 10);
  return pc_reactor_prepare() == PC_OK ? HARNESS_RUN(tests) : EXIT_FAILURE;
}
