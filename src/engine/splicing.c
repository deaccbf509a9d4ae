#include "engine/splicing.h"

#include "base/clock.h"
#include "wire/splice/url_path.h"

enum { HEAD_CEILING = 1024 * 1024 };

static const double NS_PER_S = 1e9;

void pc_splicing_init(struct pc_splicing *splicing)
{
  pc_splice_request_init(&splicing->request);
  pc_bytes_init(&splicing->head, HEAD_CEILING);
  pc_splice_join_init(&splicing->join, PC_SPLICE_GENERIC, false);
  splicing->submitted_ns = pc_clock_monotonic_ns();
}

void pc_splicing_deinit(struct pc_splicing *splicing)
{
  pc_splice_request_deinit(&splicing->request);
  pc_bytes_deinit(&splicing->head);
  pc_splice_join_deinit(&splicing->join);
}

static void take_inputs(struct pc_splicing *splicing, struct pc_job_plan *plan)
{
  struct pc_splice_request *request = &splicing->request;

  plan->inputs = request->items;
  request->items = (struct pc_texts){0};
  plan->frame = (struct pc_body_frame){
      .prefix = {request->prefix.data, request->prefix.size},
      .suffix = {request->suffix.data, request->suffix.size},
      .is_json = true};
  plan->splice.is_whole = request->is_whole;
  plan->input_count = plan->inputs.count;
}

/* A generic batch names the path of its requests, and each input is one. */
static enum pc_status aim(struct pc_splicing *splicing,
                          struct pc_job_plan *plan,
                          struct pc_fault *fault)
{
  const struct pc_bytes *bytes = &splicing->request.url_path;
  struct pc_text path = {.data = bytes->data, .size = bytes->size};

  if (!pc_url_path_is_named(path, pc_plan_word(plan, PC_WORD_PATHS)))
    return pc_fault_set(fault, PC_PATH_FORBIDDEN, "%.*s", (int)path.size,
                        path.data);
  plan->path = path;
  plan->are_inputs_bodies = true;
  return PC_OK;
}

enum pc_status pc_splicing_start(struct pc_splicing *splicing,
                                 struct pc_job_plan *plan,
                                 struct pc_fault *fault)
{
  enum pc_splice_form form = plan->splice.form;
  enum pc_status status = pc_splice_request_read(
      form, plan->splice.body, pc_plan_word(plan, PC_WORD_DEFAULTS),
      &splicing->request, fault);

  if (status == PC_OK && form == PC_SPLICE_GENERIC)
    status = aim(splicing, plan, fault);
  if (status != PC_OK)
    return status;
  take_inputs(splicing, plan);
  pc_splice_join_init(&splicing->join, form, plan->splice.is_whole);
  splicing->sent_ns = pc_clock_monotonic_ns();
  return PC_OK;
}

static double seconds_since(uint64_t then_ns, uint64_t now_ns)
{
  return (double)(now_ns - then_ns) / NS_PER_S;
}

enum pc_status pc_splicing_finish(struct pc_splicing *splicing,
                                  const struct pc_job_plan *plan)
{
  uint64_t now_ns = pc_clock_monotonic_ns();
  struct pc_splice_facts facts = {
      .metadata = pc_plan_word(plan, PC_WORD_METADATA),
      .total_seconds = seconds_since(splicing->submitted_ns, now_ns),
      .is_bare = plan->splice.is_bare};

  splicing->upstream_seconds = seconds_since(splicing->sent_ns, now_ns);
  return pc_splice_join_finish(&splicing->join, &facts);
}
