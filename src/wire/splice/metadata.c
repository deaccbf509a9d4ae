#include "wire/splice/metadata.h"

#include <inttypes.h>
#include <stdio.h>

enum { MICROS = 1000000, MAX_DIGITS = 6 };

static const double LONGEST_SECONDS = 1e9;

static void write_headers(struct pc_writer *writer,
                          const struct pc_splice_part *parts,
                          uint32_t part_count,
                          const char *headers)
{
  pc_write_text(writer, ",\"response_headers\":");
  for (uint32_t i = 0; i < part_count; i++) {
    pc_write_text(writer, i ? "," : "[");
    pc_write(writer, pc_splice_span_of(headers, parts[i].headers));
  }
  pc_write_text(writer, "]");
}

static void write_times(struct pc_writer *writer,
                        const struct pc_splice_part *parts,
                        uint32_t part_count)
{
  pc_write_text(writer, ",\"individual_request_times\":");
  for (uint32_t i = 0; i < part_count; i++) {
    pc_write_text(writer, i ? "," : "[");
    pc_splice_seconds_write(writer, parts[i].seconds);
  }
  pc_write_text(writer, "]");
}

void pc_splice_metadata_write(struct pc_writer *writer,
                              const struct pc_splice_facts *facts,
                              const struct pc_splice_part *parts,
                              uint32_t part_count,
                              const char *headers,
                              bool has_responses)
{
  pc_write_text(writer, "\"proxy_metadata\":");
  pc_write(writer, facts->metadata);
  pc_write_text(writer, ",\"total_time\":");
  pc_splice_seconds_write(writer, facts->total_seconds);
  pc_write_format(writer, ",\"batch_count\":%" PRIu32, part_count);
  if (has_responses)
    pc_write_format(writer, ",\"response_count\":%" PRIu32, part_count);
  write_headers(writer, parts, part_count, headers);
  write_times(writer, parts, part_count);
  pc_write_text(writer, "}");
}

void pc_splice_seconds_write(struct pc_writer *writer, double seconds)
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
  pc_write(writer, (struct pc_text){.data = text, .size = (size_t)size});
}
