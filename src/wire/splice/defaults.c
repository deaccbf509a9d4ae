#include "wire/splice/defaults.h"

#include "wire/json/chars.h"
#include "wire/json/scan.h"

/* Takes the member whose key the scanner has just read. */
static bool take_member(struct pc_splice_defaults *defaults,
                        struct pc_json_scan *scan,
                        struct pc_text text)
{
  struct pc_splice_default *member = &defaults->members[defaults->count];
  size_t start = scan->start;
  enum pc_json_token token = PC_JSON_BAD;

  if (defaults->count == PC_SPLICE_DEFAULTS_MAX)
    return false;
  *member = (struct pc_splice_default){
      .key = {.data = text.data + start, .size = scan->size}};
  token = pc_json_scan_next(scan, text.data, text.size, true);
  if (!pc_json_scan_skip_value(scan, text.data, text.size, token))
    return false;
  member->member = (struct pc_text){.data = text.data + start - 1,
                                    .size = scan->at - start + 1};
  defaults->count++;
  return true;
}

enum pc_status pc_splice_defaults_read(struct pc_splice_defaults *defaults,
                                       struct pc_text object)
{
  struct pc_json_scan scan;
  enum pc_json_token token = PC_JSON_BAD;

  defaults->count = 0;
  pc_json_scan_init(&scan);
  token = pc_json_scan_next(&scan, object.data, object.size, true);
  if (token != PC_JSON_OBJECT_BEGIN)
    return PC_INVALID_ARGUMENT;
  for (;;) {
    token = pc_json_scan_next(&scan, object.data, object.size, true);
    if (token != PC_JSON_KEY)
      break;
    if (!take_member(defaults, &scan, object))
      return PC_INVALID_ARGUMENT;
  }
  if (token != PC_JSON_OBJECT_END)
    return PC_INVALID_ARGUMENT;
  token = pc_json_scan_next(&scan, object.data, object.size, true);
  return token == PC_JSON_END ? PC_OK : PC_INVALID_ARGUMENT;
}

void pc_splice_defaults_meet(struct pc_splice_defaults *defaults,
                             struct pc_text key)
{
  for (uint32_t i = 0; i < defaults->count; i++)
    if (pc_json_chars_same(defaults->members[i].key, key))
      defaults->members[i].is_present = true;
}

void pc_splice_defaults_write(const struct pc_splice_defaults *defaults,
                              struct pc_writer *writer)
{
  for (uint32_t i = 0; i < defaults->count; i++) {
    if (defaults->members[i].is_present)
      continue;
    pc_write(writer, defaults->members[i].member);
    pc_write_text(writer, ",");
  }
}
