#include "wire/splice/usage.h"

#include "wire/json/chars.h"

static uint64_t read_count(struct pc_text digits)
{
  uint64_t value = 0;

  (void)pc_text_read_whole(digits, &value);
  return value < PC_SPLICE_USAGE_MOST ? value : PC_SPLICE_USAGE_MOST;
}

/* Finds or makes the total of that name, 0 at first. */
static enum pc_status find_or_make(struct pc_splice_totals *totals,
                                   struct pc_text key,
                                   struct pc_splice_total **out)
{
  size_t start = totals->names.size;
  enum pc_status status = PC_OK;

  for (uint32_t i = 0; i < totals->count; i++) {
    *out = &totals->totals[i];
    if (pc_json_chars_same(pc_splice_totals_name(totals, *out), key))
      return PC_OK;
  }
  if (totals->count == PC_SPLICE_USAGE_MAX)
    return PC_TOO_LARGE;
  status = pc_bytes_append(&totals->names, key.data, key.size);
  if (status != PC_OK)
    return status;
  *out = &totals->totals[totals->count++];
  **out = (struct pc_splice_total){
      .key = {.start = start, .end = totals->names.size}};
  return PC_OK;
}

bool pc_splice_usage_has(const struct pc_splice_usage *usage,
                         const char *text,
                         struct pc_text key)
{
  for (uint32_t i = 0; i < usage->count; i++)
    if (pc_json_chars_same(pc_splice_span_of(text, usage->counts[i].key), key))
      return true;
  return false;
}

void pc_splice_totals_init(struct pc_splice_totals *totals)
{
  totals->count = 0;
  pc_bytes_init(&totals->names, SIZE_MAX / 4);
}

void pc_splice_totals_deinit(struct pc_splice_totals *totals)
{
  totals->count = 0;
  pc_bytes_deinit(&totals->names);
}

enum pc_status pc_splice_totals_add(struct pc_splice_totals *totals,
                                    const struct pc_splice_usage *usage,
                                    const char *text)
{
  enum pc_status status = PC_OK;

  for (uint32_t i = 0; status == PC_OK && i < usage->count; i++) {
    struct pc_splice_total *total = NULL;

    status = find_or_make(totals, pc_splice_span_of(text, usage->counts[i].key),
                          &total);
    if (status != PC_OK)
      break;
    total->value +=
        read_count(pc_splice_span_of(text, usage->counts[i].digits));
    if (total->value > PC_SPLICE_USAGE_MOST)
      total->value = PC_SPLICE_USAGE_MOST;
  }
  return status;
}

const struct pc_splice_total *
pc_splice_totals_find(const struct pc_splice_totals *totals, struct pc_text key)
{
  for (uint32_t i = 0; i < totals->count; i++)
    if (pc_json_chars_same(pc_splice_totals_name(totals, &totals->totals[i]),
                           key))
      return &totals->totals[i];
  return NULL;
}

struct pc_text pc_splice_totals_name(const struct pc_splice_totals *totals,
                                     const struct pc_splice_total *total)
{
  return pc_splice_span_of(totals->names.data, total->key);
}
