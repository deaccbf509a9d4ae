#include "wire/splice/metadata.h"

#include <inttypes.h>
#include <stdio.h>

enum { MICROS = 1000000, MAX_DIGITS = 6 };

static const double LONGEST_SECONDS = 1e9;

PC_MUST_CHECK static enum pc_status
append_count(struct pc_bytes *out, const char *before, uint32_t count)
{
  char text[16];
  enum pc_status status = pc_bytes_append_text(out, before);

  snprintf(text, sizeof(text), "%" PRIu32, count);
  return status == PC_OK ? pc_bytes_append_text(out, text) : status;
}

static enum pc_status append_headers(struct pc_bytes *out,
                                     const struct pc_splice_part *parts,
                                     uint32_t part_count,
                                     const char *headers)
{
  enum pc_status status = pc_bytes_append_text(out, ",\"response_headers\":");

  for (uint32_t i = 0; status == PC_OK && i < part_count; i++) {
    const struct pc_splice_span *span = &parts[i].headers;

    status = pc_bytes_append(out, i ? "," : "[", 1);
    if (status == PC_OK)
      status =
          pc_bytes_append(out, headers + span->start, span->end - span->start);
  }
  return status == PC_OK ? pc_bytes_append(out, "]", 1) : status;
}

static enum pc_status append_times(struct pc_bytes *out,
                                   const struct pc_splice_part *parts,
                                   uint32_t part_count)
{
  enum pc_status status =
      pc_bytes_append_text(out, ",\"individual_request_times\":");

  for (uint32_t i = 0; status == PC_OK && i < part_count; i++) {
    status = pc_bytes_append(out, i ? "," : "[", 1);
    if (status == PC_OK)
      status = pc_splice_seconds_append(out, parts[i].seconds);
  }
  return status == PC_OK ? pc_bytes_append(out, "]", 1) : status;
}

static enum pc_status append_facts(struct pc_bytes *out,
                                   const struct pc_splice_facts *facts)
{
  enum pc_status status = pc_bytes_append_text(out, "\"proxy_metadata\":");

  if (status == PC_OK)
    status = pc_bytes_append(out, facts->metadata.data, facts->metadata.size);
  if (status == PC_OK)
    status = pc_bytes_append_text(out, ",\"total_time\":");
  return status == PC_OK ? pc_splice_seconds_append(out, facts->total_seconds)
                         : status;
}

enum pc_status pc_splice_metadata_append(struct pc_bytes *out,
                                         const struct pc_splice_facts *facts,
                                         const struct pc_splice_part *parts,
                                         uint32_t part_count,
                                         const char *headers,
                                         bool has_responses)
{
  enum pc_status status = append_facts(out, facts);

  if (status == PC_OK)
    status = append_count(out, ",\"batch_count\":", part_count);
  if (status == PC_OK && has_responses)
    status = append_count(out, ",\"response_count\":", part_count);
  if (status == PC_OK)
    status = append_headers(out, parts, part_count, headers);
  if (status == PC_OK)
    status = append_times(out, parts, part_count);
  return status == PC_OK ? pc_bytes_append(out, "}", 1) : status;
}

enum pc_status pc_splice_seconds_append(struct pc_bytes *out, double seconds)
{
  char text[32];
  uint64_t micros = 0;
  int size = 0;

  if (seconds > LONGEST_SECONDS)
    seconds = LONGEST_SECONDS;
  if (seconds > 0)
    micros = (uint64_t)(seconds * MICROS + 0.5);
  size = snprintf(text, sizeof(text), "%" PRIu64 ".%0*" PRIu64, micros / MICROS,
                  MAX_DIGITS, micros % MICROS);
  while (text[size - 1] == '0')
    size--;
  if (text[size - 1] == '.')
    size--;
  return pc_bytes_append(out, text, (size_t)size);
}
