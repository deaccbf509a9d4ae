#include "engine/splicing.h"

#include <string.h>

#include "base/clock.h"
#include "engine/attempt.h"
#include "engine/job.h"
#include "engine/request.h"
#include "wire/splice/url_path.h"

enum { URL_CEILING = 1024 * 1024, HEAD_CEILING = 1024 * 1024 };

static const double NS_PER_S = 1e9;

void pc_splicing_init(struct pc_splicing *splicing,
                      const struct pc_splice_plan *plan)
{
  pc_splice_request_init(&splicing->request);
  pc_bytes_init(&splicing->url, URL_CEILING);
  pc_bytes_init(&splicing->head, HEAD_CEILING);
  pc_splice_join_init(&splicing->join, plan->form, false);
  splicing->submitted_ns = pc_clock_monotonic_ns();
}

void pc_splicing_deinit(struct pc_splicing *splicing)
{
  pc_splice_request_deinit(&splicing->request);
  pc_bytes_deinit(&splicing->url);
  pc_bytes_deinit(&splicing->head);
  pc_splice_join_deinit(&splicing->join);
}

static struct pc_text text_of(const struct pc_bytes *bytes)
{
  return (struct pc_text){.data = bytes->data, .size = bytes->size};
}

static struct pc_text word_of(const struct pc_job *job, enum pc_word word)
{
  const char *text = pc_job_word(job, word);

  return (struct pc_text){.data = text, .size = strlen(text)};
}

/* The inputs become the job's own, as if it had been submitted with them. */
static void take_inputs(struct pc_job *job)
{
  struct pc_splice_request *request = &job->splicing.request;

  job->plan.inputs = request->items;
  request->items = (struct pc_texts){0};
  job->frame = (struct pc_body_frame){.prefix = text_of(&request->prefix),
                                      .suffix = text_of(&request->suffix),
                                      .is_json = true};
}

static enum pc_status aim(struct pc_job *job, struct pc_fault *fault)
{
  struct pc_splicing *splicing = &job->splicing;
  enum pc_status status = PC_OK;

  if (!pc_url_path_is_named(text_of(&splicing->request.url_path),
                            word_of(job, PC_WORD_PATHS)))
    return pc_fault_set(fault, PC_PATH_FORBIDDEN, "%.*s",
                        (int)splicing->request.url_path.size,
                        splicing->request.url_path.data);
  status = pc_bytes_append_text(&splicing->url, job->target.url);
  if (status == PC_OK)
    status = pc_bytes_append(&splicing->url, splicing->request.url_path.data,
                             splicing->request.url_path.size);
  if (status == PC_OK)
    job->target.url = splicing->url.data;
  return status;
}

enum pc_status pc_splicing_start(struct pc_job *job, struct pc_fault *fault)
{
  const struct pc_splice_plan *plan = &job->plan.splice;
  struct pc_splicing *splicing = &job->splicing;
  enum pc_status status = pc_splice_request_read(plan->form, plan->body,
                                                 word_of(job, PC_WORD_DEFAULTS),
                                                 &splicing->request, fault);

  if (status == PC_OK && plan->form == PC_SPLICE_GENERIC)
    status = aim(job, fault);
  if (status != PC_OK)
    return status;
  pc_splice_join_init(&splicing->join, plan->form, splicing->request.is_whole);
  take_inputs(job);
  splicing->sent_ns = pc_clock_monotonic_ns();
  return PC_OK;
}

enum pc_status
pc_splicing_add(struct pc_job *job, struct pc_attempt *attempt, double seconds)
{
  const struct pc_bytes *head = &attempt->transfer->head;
  struct pc_answer *answer = &attempt->answer;
  enum pc_status status = PC_OK;

  if (answer->first == 0)
    status = pc_bytes_append(&job->splicing.head, head->data, head->size);
  if (status != PC_OK)
    return status;
  return pc_splice_join_add(&job->splicing.join, &answer->splice,
                            &answer->value, text_of(head), answer->first,
                            answer->count, seconds);
}

static double seconds_since(uint64_t then_ns, uint64_t now_ns)
{
  return (double)(now_ns - then_ns) / NS_PER_S;
}

enum pc_status pc_splicing_finish(struct pc_job *job)
{
  struct pc_splicing *splicing = &job->splicing;
  uint64_t now_ns = pc_clock_monotonic_ns();
  struct pc_splice_facts facts = {
      .metadata = word_of(job, PC_WORD_METADATA),
      .total_seconds = seconds_since(splicing->submitted_ns, now_ns),
      .is_bare = job->plan.splice.is_bare};

  splicing->upstream_seconds = seconds_since(splicing->sent_ns, now_ns);
  return pc_splice_join_finish(&splicing->join, &facts);
}
