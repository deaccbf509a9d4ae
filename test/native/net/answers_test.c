/*
 * Answers at random, read by libcurl and by wire/http/response: whatever the
 * one or the other way an exchange goes, the answer must be the same. Right
 * answers must be read alike; of hostile ones the reader must refuse what it
 * does not read as libcurl does, and never read what libcurl refuses.
 */
#include "harness.h"

#include <curl/curl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "answer_read.h"
#include "net/curl_status.h"
#include "random_answer.h"
#include "wire/http/content_decoding.h"

enum { ROUNDS = 3000, CEILING = 64 * 1024 };

/* What became of an answer. */
struct reading {
  enum pc_status status;
  long http_status;
  struct pc_bytes head;
  struct pc_bytes body;
  bool is_head_whole; /* of the final answer */
  bool is_kept;
  size_t excess; /* bytes behind the end; libcurl does not always see them */
};

/* libcurl, and a server in the same thread that says all it has to at once. */
struct peer {
  char name[64]; /* where it listens */
  int listener;
  int server; /* its end of the connection */
  const struct random_answer *answer;
  bool is_decoding;
  struct reading reading;
  bool is_closed; /* the connection, by libcurl */
};

static void reading_init(struct reading *reading)
{
  pc_bytes_init(&reading->head, CEILING);
  pc_bytes_init(&reading->body, CEILING);
}

static void reading_deinit(struct reading *reading)
{
  pc_bytes_deinit(&reading->head);
  pc_bytes_deinit(&reading->body);
}

/* Behind the final head there are only trailers, whatever they look like. */
static size_t on_head(char *line, size_t one, size_t size, void *context)
{
  enum { CLASS_AT = sizeof("HTTP/1.1 ") - 1 };
  struct peer *peer = context;
  struct pc_bytes *head = &peer->reading.head;

  (void)one;
  if (peer->reading.is_head_whole)
    return size;
  if (size > CLASS_AT && memcmp(line, "HTTP/", strlen("HTTP/")) == 0)
    pc_bytes_clear(head);
  if (pc_bytes_append(head, line, size) != PC_OK)
    return 0;
  if (*line == '\r' || *line == '\n')
    peer->reading.is_head_whole = head->data[CLASS_AT] != '1';
  return size;
}

static size_t on_body(char *data, size_t one, size_t size, void *context)
{
  struct peer *peer = context;

  (void)one;
  return pc_bytes_append(&peer->reading.body, data, size) == PC_OK ? size : 0;
}

/* There is a connection: the server answers, and leaves. */
static int
on_connected(void *context, char *to, char *from, int to_port, int from_port)
{
  struct peer *peer = context;
  const struct pc_bytes *bytes = &peer->answer->bytes;

  (void)to;
  (void)from;
  (void)to_port;
  (void)from_port;
  peer->server = accept(peer->listener, NULL, NULL);
  if (write(peer->server, bytes->data, bytes->size) != (ssize_t)bytes->size)
    return CURL_PREREQFUNC_ABORT;
  shutdown(peer->server, SHUT_WR);
  return CURL_PREREQFUNC_OK;
}

static int on_close(void *context, curl_socket_t socket)
{
  struct peer *peer = context;

  peer->is_closed = true;
  return close(socket);
}

/* Listens where no port is used up: connections of TCP linger for a minute. */
static int listen_at(const char *name)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t size =
      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
  int listener = socket(AF_UNIX, SOCK_STREAM, 0);

  memcpy(address.sun_path + 1, name, strlen(name));
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) ||
      listen(listener, 1))
    abort();
  return listener;
}

static void peer_init(struct peer *peer)
{
  *peer = (struct peer){.server = -1};
  snprintf(peer->name, sizeof(peer->name), "pc-answers-%ld", (long)getpid());
  peer->listener = listen_at(peer->name);
  reading_init(&peer->reading);
}

static void peer_deinit(struct peer *peer)
{
  close(peer->listener);
  reading_deinit(&peer->reading);
}

/* One for each answer: a handle of libcurl 7.88 that had one before may read
   memory it has freed when the first field begins with a blank. */
static CURL *create_handle(struct peer *peer)
{
  CURL *easy = curl_easy_init();

  curl_easy_setopt(easy, CURLOPT_URL, "http://server.example/");
  curl_easy_setopt(easy, CURLOPT_ABSTRACT_UNIX_SOCKET, peer->name);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOBODY, (long)peer->answer->is_to_head);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING,
                   peer->is_decoding ? "gzip, deflate, br, zstd" : NULL);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, peer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, peer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, peer);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, peer);
  return easy;
}

/* As net/exchange tells. */
static enum pc_status status_of(const struct peer *peer, CURLcode result)
{
  enum pc_status status = pc_curl_status(result);

  if (status == PC_OK && !peer->reading.is_head_whole)
    return PC_CONNECTION_LOST;
  return status == PC_CONNECTION_LOST && peer->reading.is_head_whole
             ? PC_PARSE_ERROR
             : status;
}

/* What libcurl makes of an answer behind which the server leaves. */
static void ask_peer(struct peer *peer, const struct random_answer *answer)
{
  struct reading *reading = &peer->reading;
  CURL *easy = NULL;
  CURLcode result = CURLE_OK;

  pc_bytes_clear(&reading->head);
  pc_bytes_clear(&reading->body);
  peer->reading.is_head_whole = false;
  peer->is_closed = false;
  peer->answer = answer;
  easy = create_handle(peer);
  result = curl_easy_perform(easy);
  reading->is_kept = !peer->is_closed;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reading->http_status);
  reading->status = status_of(peer, result);
  curl_easy_cleanup(easy);
  close(peer->server);
}

/* What our reader makes of it, in pieces at random. */
static void read_ours(struct random_answer *answer, struct reading *reading)
{
  struct answer_read read;
  size_t size = answer->bytes.size;
  size_t piece = 0;

  answer_read_start(&read, answer->is_to_head);
  for (size_t at = 0; at < size; at += piece) {
    piece = random_once_in(answer, 2) ? size : 1 + random_below(answer, 20);
    piece = piece < size - at ? piece : size - at;
    answer_read_feed(&read, answer->bytes.data + at, piece);
  }
  reading->is_kept = answer_read_is_kept(&read);
  reading->excess = read.excess;
  if (read.status == PC_OK && !read.is_ended)
    read.status = pc_response_close(&read.response, true);
  reading->status = read.status;
  reading->http_status = read.response.http_status;
  pc_bytes_move(&reading->head, &read.head);
  pc_bytes_move(&reading->body, &read.body);
  answer_read_stop(&read);
}

static bool is_same_bytes(const struct pc_bytes *a, const struct pc_bytes *b)
{
  return a->size == b->size && (!a->size || !memcmp(a->data, b->data, a->size));
}

/*
 * Of a connection libcurl may think better than we do: it does not look for
 * bytes behind an answer without a body, and keeps what speaks HTTP/1.0 though
 * its answer came in chunks, or until the close. Options that are no words
 * ("xclose", ", close") are another matter.
 */
static bool is_kept_alike(const struct reading *ours,
                          const struct reading *theirs,
                          bool is_hostile)
{
  const char *old = "HTTP/1.0";

  if (ours->is_kept == theirs->is_kept || is_hostile)
    return true;
  return !ours->is_kept &&
         (ours->excess || memcmp(ours->head.data, old, strlen(old)) == 0);
}

/*
 * Hostile answers may be refused for what libcurl lets pass; and of two that
 * refuse one whose head breaks off, one may not have looked yet at its last
 * field, which could be continued.
 */
static bool is_refused_alike(const struct reading *ours,
                             const struct reading *theirs,
                             bool is_hostile)
{
  if (ours->status == theirs->status)
    return true;
  if (!is_hostile)
    return false;
  return ours->status == PC_PARSE_ERROR ||
         (ours->status == PC_CONNECTION_LOST &&
          theirs->status == PC_PARSE_ERROR && !theirs->is_head_whole);
}

static bool is_same(const struct reading *ours,
                    const struct reading *theirs,
                    bool is_hostile)
{
  if (ours->status != PC_OK || theirs->status != PC_OK)
    return is_refused_alike(ours, theirs, is_hostile);
  return ours->http_status == theirs->http_status &&
         is_kept_alike(ours, theirs, is_hostile) &&
         is_same_bytes(&ours->head, &theirs->head) &&
         is_same_bytes(&ours->body, &theirs->body);
}

static void print_bytes(const char *name, const struct pc_bytes *bytes)
{
  printf("  %s \"", name);
  for (size_t i = 0; i < bytes->size; i++) {
    unsigned char byte = (unsigned char)bytes->data[i];

    if (byte == '\r' || byte == '\n')
      printf(byte == '\r' ? "\\r" : "\\n");
    else if (byte < ' ' || byte > '~')
      printf("\\x%02x", byte);
    else
      putchar(byte);
  }
  printf("\"\n");
}

static void print_reading(const char *who, const struct reading *reading)
{
  printf("%s: %s, %ld, %s\n", who, pc_status_code(reading->status),
         reading->http_status, reading->is_kept ? "kept" : "closed");
  print_bytes("head", &reading->head);
  print_bytes("body", &reading->body);
}

struct tally {
  long same;    /* both made the same of an answer, and it was one */
  long refused; /* by our reader */
};

static void compare(struct peer *peer,
                    struct random_answer *answer,
                    bool is_hostile,
                    struct tally *tally)
{
  struct reading ours;

  reading_init(&ours);
  ask_peer(peer, answer);
  read_ours(answer, &ours);
  tally->same += ours.status == PC_OK;
  tally->refused += ours.status == PC_PARSE_ERROR;
  if (!CHECK(is_same(&ours, &peer->reading, is_hostile))) {
    print_bytes(answer->is_to_head ? "to HEAD" : "answer", &answer->bytes);
    print_reading("ours", &ours);
    print_reading("libcurl", &peer->reading);
  }
  reading_deinit(&ours);
}

/* Before 8.18 libcurl did not look at what continues a field. */
static bool is_beyond_libcurl(const struct pc_bytes *answer)
{
  enum { FIRST_TO_JOIN_LINES = 0x081200 };
  bool has_continued = false;

  for (size_t i = 1; i < answer->size; i++)
    has_continued |= answer->data[i - 1] == '\n' &&
                     (answer->data[i] == ' ' || answer->data[i] == '\t');
  return has_continued &&
         curl_version_info(CURLVERSION_NOW)->version_num < FIRST_TO_JOIN_LINES;
}

static void make_answer(struct random_answer *answer, bool is_hostile)
{
  do {
    make_right(answer);
    if (is_hostile)
      spoil(answer);
  } while (is_beyond_libcurl(&answer->bytes));
}

static struct tally compare_many(bool is_hostile, uint64_t seed)
{
  struct random_answer answer = {.random = &seed};
  struct peer peer;
  struct tally tally = {0};
  long rounds = harness_rounds(ROUNDS);

  pc_bytes_init(&answer.bytes, CEILING);
  peer_init(&peer);
  for (long i = 0; i < rounds; i++) {
    make_answer(&answer, is_hostile);
    compare(&peer, &answer, is_hostile, &tally);
  }
  peer_deinit(&peer);
  pc_bytes_deinit(&answer.bytes);
  return tally;
}

static void right_answers_are_read_alike(void)
{
  struct tally tally = compare_many(false, 1);

  CHECK(tally.same > harness_rounds(ROUNDS) / 2);
  CHECK(tally.refused > 0);
}

static void of_hostile_answers_none_is_misread(void)
{
  struct tally tally = compare_many(true, 2);

  CHECK(tally.same > harness_rounds(ROUNDS) / 10);
  CHECK(tally.refused > harness_rounds(ROUNDS) / 10);
}

/* Packs `text` once more; names the coding in front of the `names` so far. */
static void pack(struct random_answer *answer,
                 struct pc_bytes *text,
                 struct pc_bytes *names)
{
  enum { GZIP = MAX_WBITS + 16, ROOM = 4096 };
  static const int window_bits[] = {GZIP, MAX_WBITS, -MAX_WBITS};
  size_t kind = random_below(answer, 4);
  char packed[ROOM];
  size_t size = 0;
  z_stream zlib = {.next_in = (z_const Bytef *)text->data,
                   .avail_in = (uInt)text->size,
                   .next_out = (Bytef *)packed,
                   .avail_out = ROOM};

  if (kind == 3) {
    size = ZSTD_compress(packed, ROOM, text->data, text->size, 1);
  } else {
    deflateInit2(&zlib, 1, Z_DEFLATED, window_bits[kind], 8, 0);
    deflate(&zlib, Z_FINISH);
    size = ROOM - zlib.avail_out;
    deflateEnd(&zlib);
  }
  pc_bytes_clear(text);
  if (pc_bytes_append(text, packed, size) != PC_OK ||
      pc_bytes_append_text(names, names->size ? ", " : "") != PC_OK ||
      pc_bytes_append_text(names, kind == 3   ? "zstd"
                                  : kind == 0 ? "gzip"
                                              : "deflate") != PC_OK)
    abort();
}

/*
 * Makes an answer whose body is coded, and perhaps damaged. True if it may ask
 * for a window of zstd that libcurl would hold: we hold 8 MiB and no more.
 */
static bool make_coded(struct random_answer *answer)
{
  size_t damages = random_below(answer, 3);
  bool may_be_wide = false;
  struct pc_bytes body;
  struct pc_bytes names;

  pc_bytes_init(&body, CEILING);
  pc_bytes_init(&names, CEILING);
  pc_bytes_clear(&answer->bytes);
  put_junk(answer, 1 + random_below(answer, 400));
  pc_bytes_move(&body, &answer->bytes);
  for (size_t count = 1 + random_below(answer, 3); count; count--)
    pack(answer, &body, &names);
  pc_bytes_move(&answer->bytes, &body);
  for (size_t count = damages; count; count--)
    spoil_byte(answer);
  may_be_wide = damages && strstr(names.data, "zstd");
  pc_bytes_move(&body, &answer->bytes);
  put_text(answer, "HTTP/1.1 200 OK\r\ncontent-encoding: ");
  put_bytes(answer, names.data, names.size);
  put_number(answer, "\r\ncontent-length: %zu\r\n\r\n", body.size);
  put_bytes(answer, body.data, body.size);
  pc_bytes_deinit(&body);
  pc_bytes_deinit(&names);
  return may_be_wide;
}

/* Decodes a body that was read, in pieces at random. */
static void decode(struct random_answer *answer, struct reading *reading)
{
  struct pc_content_decoding *decoding = NULL;
  struct pc_text head = {reading->head.data, reading->head.size};
  struct pc_bytes coded = {0};
  size_t piece = 0;

  pc_bytes_move(&coded, &reading->body);
  reading->status = pc_content_decoding_create(head, &decoding);
  for (size_t at = 0; at < coded.size; at += piece) {
    struct pc_text input = {.data = coded.data + at};
    struct pc_text out = {.size = 1};

    piece = 1 + random_below(answer, coded.size - at);
    input.size = piece;
    while (reading->status == PC_OK && out.size) {
      reading->status = pc_content_decoding_read(decoding, &input, &out);
      if (reading->status == PC_OK)
        reading->status = pc_bytes_append(&reading->body, out.data, out.size);
    }
  }
  pc_content_decoding_destroy(decoding);
  pc_bytes_deinit(&coded);
}

static void coded_bodies_are_decoded_alike(void)
{
  uint64_t seed = 3;
  struct random_answer answer = {.random = &seed};
  struct peer peer;
  long whole = 0;
  long rounds = harness_rounds(ROUNDS);

  pc_bytes_init(&answer.bytes, CEILING);
  peer_init(&peer);
  peer.is_decoding = true;
  for (long i = 0; i < rounds; i++) {
    struct reading ours;
    bool may_be_wide = make_coded(&answer);

    reading_init(&ours);
    ask_peer(&peer, &answer);
    read_ours(&answer, &ours);
    decode(&answer, &ours);
    whole += ours.status == PC_OK;
    if (!CHECK(is_same(&ours, &peer.reading, may_be_wide))) {
      print_bytes("answer", &answer.bytes);
      print_reading("ours", &ours);
      print_reading("libcurl", &peer.reading);
    }
    reading_deinit(&ours);
  }
  CHECK(whole > rounds / 4 && whole < rounds);
  peer_deinit(&peer);
  pc_bytes_deinit(&answer.bytes);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(right_answers_are_read_alike),
      TEST(of_hostile_answers_none_is_misread),
      TEST(coded_bodies_are_decoded_alike),
  };
  return curl_global_init(CURL_GLOBAL_DEFAULT) ? EXIT_FAILURE
                                               : HARNESS_RUN(tests);
}
