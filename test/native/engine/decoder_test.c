#include "harness.h"

#include <sched.h>

#include "base/bytes.h"
#include "base/thread.h"
#include "engine/decoder.h"

enum { ROWS = 64, ROW_LENGTH = 512, ANSWERS = 24 };

struct reading {
  struct pc_decoder *decoder;
  struct pc_decoding *decoding;
  struct pc_embeddings answer;
  unsigned overs;
};

static void on_over(void *owner)
{
  struct reading *reading = owner;

  reading->overs++;
  pc_decoding_finish(reading->decoding, &reading->answer);
  reading->decoding = NULL;
}

static void add(struct pc_bytes *text, const char *format, int a, int b)
{
  char part[64];

  snprintf(part, sizeof(part), format, a, b);
  if (pc_bytes_append_text(text, part) != PC_OK)
    abort();
}

/* Some 200 KiB: row r holds r + 0.0, r + 0.1, ... as "r.0c". */
static void write_answer(struct pc_bytes *text)
{
  pc_bytes_init(text, SIZE_MAX);
  add(text, "{\"data\":[", 0, 0);
  for (int row = 0; row < ROWS; row++) {
    add(text,
        row ? ",{\"index\":%d,\"embedding\":["
            : "{\"index\":0,"
              "\"embedding\":[",
        row, 0);
    for (int column = 0; column < ROW_LENGTH; column++)
      add(text, column ? ",%d.%04d" : "%d.%04d", row, column);
    add(text, "]}", 0, 0);
  }
  add(text, "]}", 0, 0);
}

static void begin(struct reading *reading, struct pc_decoder *decoder)
{
  *reading = (struct reading){.decoder = decoder};
  pc_embeddings_init(&reading->answer);
  CHECK_NUMBER(pc_embeddings_expect(&reading->answer, ROWS, false), PC_OK);
  reading->decoding =
      pc_decoding_create(decoder, &reading->answer, on_over, reading);
}

static void
feed(struct reading *reading, const struct pc_bytes *text, size_t size)
{
  CHECK_NUMBER(pc_decoding_feed(reading->decoding, text->data, size), PC_OK);
}

static void run_until_over(struct pc_poller *poller,
                           const struct reading *reading)
{
  while (!reading->overs) {
    pc_poller_wait(poller, -1);
    pc_poller_tell(poller);
  }
}

/* Is the answer the one that a single thread reads? */
static void check_answer(struct reading *reading, const struct pc_bytes *text)
{
  struct pc_embeddings *answer = &reading->answer;
  struct pc_embeddings expected;

  pc_embeddings_init(&expected);
  CHECK_NUMBER(pc_embeddings_expect(&expected, ROWS, false), PC_OK);
  CHECK_NUMBER(pc_embeddings_feed(&expected, text->data, text->size), PC_OK);
  CHECK_NUMBER(pc_embeddings_finish(answer), PC_OK);
  if (CHECK_NUMBER(answer->values.size, ROWS * ROW_LENGTH * sizeof(float)))
    CHECK(memcmp(answer->values.data, expected.values.data,
                 expected.values.size) == 0);
  pc_embeddings_deinit(&expected);
}

static void on_woken(void *context)
{
  pc_decoder_report(context);
}

static void open_decoder(struct pc_decoder *decoder, struct pc_poller *poller)
{
  if (pc_poller_init(poller, on_woken, decoder) != PC_OK)
    abort();
  pc_decoder_init(decoder, poller);
}

static void close_decoder(struct pc_decoder *decoder, struct pc_poller *poller)
{
  pc_decoder_close(decoder);
  pc_poller_deinit(poller);
}

/* Without one there is no decoder to test. */
static bool has_second_core(void)
{
  return pc_thread_cores() > 1;
}

static void an_answer_is_read_however_it_is_cut(void)
{
  uint64_t seed = 7;
  struct pc_decoder decoder;
  struct pc_bytes text;
  struct pc_poller poller;

  write_answer(&text);
  open_decoder(&decoder, &poller);
  for (long round = 0; round < harness_rounds(10); round++) {
    struct reading reading;
    size_t at = 0;

    begin(&reading, &decoder);
    while (at < text.size) {
      size_t part = 1 + (size_t)(harness_random(&seed) % 50000);

      part = part < text.size - at ? part : text.size - at;
      CHECK_NUMBER(pc_decoding_feed(reading.decoding, text.data + at, part),
                   PC_OK);
      at += part;
      if (harness_random(&seed) % 2)
        pc_decoder_flush(&decoder);
    }
    pc_decoding_end(reading.decoding);
    run_until_over(&poller, &reading);
    check_answer(&reading, &text);
    pc_embeddings_deinit(&reading.answer);
  }
  close_decoder(&decoder, &poller);
  pc_bytes_deinit(&text);
}

static unsigned count_waiting(struct pc_decoder *decoder)
{
  unsigned count = 0;

  pthread_mutex_lock(&decoder->lock);
  count = decoder->waiting_count;
  pthread_mutex_unlock(&decoder->lock);
  return count;
}

/* Far more than may wait, and the loop does not run meanwhile. */
static void more_than_may_wait_is_read_all_the_same(void)
{
  struct pc_decoder decoder;
  struct pc_bytes text;
  struct reading readings[ANSWERS];
  struct pc_poller poller;

  write_answer(&text);
  open_decoder(&decoder, &poller);
  for (int i = 0; i < ANSWERS; i++) {
    begin(&readings[i], &decoder);
    feed(&readings[i], &text, text.size);
    pc_decoding_end(readings[i].decoding);
    CHECK(count_waiting(&decoder) <= 64);
  }
  for (int i = 0; i < ANSWERS; i++) {
    run_until_over(&poller, &readings[i]);
    check_answer(&readings[i], &text);
    pc_embeddings_deinit(&readings[i].answer);
  }
  close_decoder(&decoder, &poller);
  pc_bytes_deinit(&text);
}

static void a_refused_answer_is_told_before_its_end(void)
{
  struct pc_decoder decoder;
  struct pc_bytes text;
  struct reading reading;
  struct pc_poller poller;

  write_answer(&text);
  text.data[text.size / 2] = '!';
  open_decoder(&decoder, &poller);
  begin(&reading, &decoder);
  feed(&reading, &text, text.size);
  pc_decoder_flush(&decoder);
  run_until_over(&poller, &reading);

  CHECK_NUMBER(pc_embeddings_finish(&reading.answer), PC_PARSE_ERROR);
  CHECK(reading.answer.fault.reason[0] != '\0');

  pc_embeddings_deinit(&reading.answer);
  close_decoder(&decoder, &poller);
  pc_bytes_deinit(&text);
}

/* More comes, and the end, before the owner has heard of the refusal. */
static void what_follows_a_refusal_changes_nothing(void)
{
  struct pc_decoder decoder;
  struct pc_bytes text;
  struct reading reading;
  struct pc_poller poller;

  write_answer(&text);
  text.data[0] = '!';
  open_decoder(&decoder, &poller);
  begin(&reading, &decoder);
  for (int i = 0; i < ANSWERS; i++)
    feed(&reading, &text, text.size);
  pc_decoding_end(reading.decoding);
  run_until_over(&poller, &reading);
  pc_poller_wait(&poller, 0);
  pc_poller_tell(&poller);

  CHECK_NUMBER(reading.overs, 1);
  CHECK_NUMBER(pc_embeddings_finish(&reading.answer), PC_PARSE_ERROR);

  pc_embeddings_deinit(&reading.answer);
  close_decoder(&decoder, &poller);
  pc_bytes_deinit(&text);
}

/* In every state: begun, waiting, in work, over. */
static void a_dropped_decoding_is_never_told(void)
{
  uint64_t seed = 11;
  struct pc_decoder decoder;
  struct pc_bytes text;
  struct pc_poller poller;

  write_answer(&text);
  open_decoder(&decoder, &poller);
  for (long round = 0; round < harness_rounds(200); round++) {
    struct reading reading;

    begin(&reading, &decoder);
    feed(&reading, &text, (size_t)(harness_random(&seed) % text.size));
    if (harness_random(&seed) % 2)
      pc_decoding_end(reading.decoding);
    for (uint64_t i = harness_random(&seed) % 100; i > 0; i--)
      sched_yield();
    pc_decoding_drop(reading.decoding);
    pc_poller_wait(&poller, 0);
    pc_poller_tell(&poller);

    CHECK_NUMBER(reading.overs, 0);
    pc_embeddings_deinit(&reading.answer);
  }
  close_decoder(&decoder, &poller);
  CHECK_NUMBER(decoder.waiting_count, 0);
  pc_bytes_deinit(&text);
}

static void one_core_gets_no_second_thread(void)
{
  struct pc_decoder decoder;
  struct reading reading;
  cpu_set_t all;
  cpu_set_t one;
  struct pc_poller poller;

  CHECK_NUMBER(sched_getaffinity(0, sizeof(all), &all), 0);
  CPU_ZERO(&one);
  CPU_SET((unsigned)sched_getcpu(), &one);
  CHECK_NUMBER(sched_setaffinity(0, sizeof(one), &one), 0);
  open_decoder(&decoder, &poller);
  begin(&reading, &decoder);
  CHECK_NUMBER(sched_setaffinity(0, sizeof(all), &all), 0);

  CHECK(reading.decoding == NULL);
  CHECK_NUMBER(reading.answer.expected_count, ROWS);

  pc_embeddings_deinit(&reading.answer);
  close_decoder(&decoder, &poller);
}

int main(void)
{
  static const struct harness_test alone[] = {
      TEST(one_core_gets_no_second_thread),
  };
  static const struct harness_test all[] = {
      TEST(an_answer_is_read_however_it_is_cut),
      TEST(more_than_may_wait_is_read_all_the_same),
      TEST(a_refused_answer_is_told_before_its_end),
      TEST(what_follows_a_refusal_changes_nothing),
      TEST(a_dropped_decoding_is_never_told),
      TEST(one_core_gets_no_second_thread),
  };

  return has_second_core() ? HARNESS_RUN(all) : HARNESS_RUN(alone);
}
