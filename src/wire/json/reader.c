#include "wire/json/reader.h"

void pc_json_reader_init(struct pc_json_reader *reader,
                         const char *text,
                         size_t size,
                         struct pc_fault *fault)
{
  reader->text = text;
  reader->size = size;
  reader->fault = fault;
  reader->token = PC_JSON_END;
  pc_json_scan_init(&reader->scan);
}

enum pc_status pc_json_reader_next(struct pc_json_reader *reader)
{
  reader->token =
      pc_json_scan_next(&reader->scan, reader->text, reader->size, true);
  return reader->token == PC_JSON_BAD
             ? pc_json_scan_explain(&reader->scan, 0, reader->fault)
             : PC_OK;
}

void pc_json_reader_skip(struct pc_json_reader *reader)
{
  pc_json_scan_pass(&reader->scan, reader->token);
}

enum pc_status pc_json_reader_list(struct pc_json_reader *reader,
                                   pc_json_item_fn *read_item,
                                   void *context,
                                   uint32_t *count)
{
  enum pc_status status = pc_json_reader_next(reader);

  *count = 0;
  while (status == PC_OK && reader->token != PC_JSON_ARRAY_END) {
    status = read_item(context, reader, (*count)++);
    if (status == PC_OK)
      status = pc_json_reader_next(reader);
  }
  return status;
}

/* The place of the last token among the names, `count` when it is none. */
static size_t find_name(const struct pc_json_reader *reader,
                        const char *const names[],
                        size_t count)
{
  size_t i = 0;

  while (i < count && !pc_json_scan_is(&reader->scan, reader->text, names[i]))
    i++;
  return i;
}

enum pc_status pc_json_reader_members(struct pc_json_reader *reader,
                                      const char *const names[],
                                      size_t count,
                                      struct pc_json_value values[])
{
  enum pc_status status = pc_json_reader_next(reader);

  for (size_t i = 0; i < count; i++)
    values[i] = (struct pc_json_value){.token = PC_JSON_END};
  while (status == PC_OK && reader->token == PC_JSON_KEY) {
    size_t i = find_name(reader, names, count);

    status = pc_json_reader_next(reader);
    if (status == PC_OK && i < count && values[i].token == PC_JSON_END)
      values[i] =
          (struct pc_json_value){.token = reader->token,
                                 .data = reader->text + reader->scan.start,
                                 .size = reader->scan.size};
    pc_json_reader_skip(reader);
    if (status == PC_OK)
      status = pc_json_reader_next(reader);
  }
  return status;
}
