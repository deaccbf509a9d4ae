#include "wire/http/head_reader.h"

#include <strings.h>

#include "base/word.h"

/* More than most heads have; the rest of it, if any, is copied in vain. */
enum { WINDOW_SIZE = 1024 };

enum {
  STATUS_FIRST = 100,
  STATUS_SWITCHING = 101,
  STATUS_FINAL = 200,
  STATUS_NO_CONTENT = 204,
  STATUS_NOT_MODIFIED = 304
};

static const char version[] = "HTTP/1.";

enum {
  VERSION_SIZE = sizeof(version) - 1,
  STATUS_AT = VERSION_SIZE + sizeof("1 ") - 1,
  STATUS_END = STATUS_AT + sizeof("200") - 1
};

static bool is_blank(char byte)
{
  return byte == ' ' || byte == '\t';
}

void pc_head_reader_start(struct pc_head_reader *reader, struct pc_bytes *head)
{
  pc_bytes_clear(head);
  *reader = (struct pc_head_reader){.head = head, .length = -1};
}

/*
 * Where the first control stands from `at` on, size when there is none: the end
 * of a line, or what no line may hold.
 */
static size_t find_control(const struct pc_bytes *head, size_t at)
{
  while (at + PC_WORD_SIZE <= head->size) {
    uint64_t word = pc_word_load(head->data + at);
    unsigned first =
        pc_word_first(pc_word_below(word, ' ') | pc_word_equal(word, 0x7f));

    at += first;
    if (first < PC_WORD_SIZE) {
      if (head->data[at] != '\t')
        return at;
      at++;
    }
  }
  while (at < head->size && !pc_is_control(head->data[at]))
    at++;
  return at;
}

static bool is_text(struct pc_text text, const char *word)
{
  return text.size == strlen(word) &&
         strncasecmp(text.data, word, text.size) == 0;
}

static void read_connection(struct pc_head_reader *reader, struct pc_text list)
{
  while (list.size) {
    struct pc_text option = pc_text_take_element(&list);

    reader->says_close |= is_text(option, "close");
    reader->says_keep_alive |= is_text(option, "keep-alive");
  }
}

/* A list is fine as long as it says the same all over (RFC 9110, 8.6). */
static enum pc_status read_length(struct pc_head_reader *reader,
                                  struct pc_text list)
{
  bool is_more = true;

  while (is_more) {
    struct pc_text digits = pc_text_before(list, ',');
    uint64_t length = 0;

    is_more = digits.size < list.size;
    pc_text_drop(&list, digits.size + is_more);
    digits = pc_text_trim(digits);
    if (!digits.size || !pc_text_read_whole(digits, &length) ||
        length > INT64_MAX)
      return PC_PARSE_ERROR;
    if (reader->length >= 0 && reader->length != (int64_t)length)
      return PC_PARSE_ERROR;
    reader->length = (int64_t)length;
  }
  return PC_OK;
}

static enum pc_status read_coding(struct pc_head_reader *reader,
                                  struct pc_text value)
{
  if (reader->is_chunked || !is_text(value, "chunked"))
    return PC_PARSE_ERROR;
  reader->is_chunked = true;
  return PC_OK;
}

/* Looks at the field that no line continues any more. */
static enum pc_status settle_field(struct pc_head_reader *reader)
{
  size_t start = reader->field_start;
  struct pc_text name = {.data = reader->head->data + start,
                         .size = reader->name_size};
  struct pc_text value = {.data = name.data + name.size + 1,
                          .size = reader->line_start - start - name.size - 1};

  reader->has_field = false;
  if (is_text(name, "connection"))
    read_connection(reader, value);
  if (!reader->may_have_body)
    return PC_OK;
  if (is_text(name, "content-length"))
    return read_length(reader, value);
  if (is_text(name, "transfer-encoding"))
    return read_coding(reader, pc_text_trim(value));
  reader->is_coded |= is_text(name, "content-encoding");
  return PC_OK;
}

static enum pc_status read_status_line(struct pc_head_reader *reader,
                                       struct pc_text line)
{
  struct pc_text digits = {.data = line.data + STATUS_AT,
                           .size = STATUS_END - STATUS_AT};
  uint64_t status = 0;

  if (line.size < STATUS_END || memcmp(line.data, version, VERSION_SIZE) != 0 ||
      line.data[STATUS_AT - 1] != ' ')
    return PC_PARSE_ERROR;
  if (line.data[VERSION_SIZE] != '0' && line.data[VERSION_SIZE] != '1')
    return PC_PARSE_ERROR;
  if (line.size > STATUS_END && !is_blank(line.data[STATUS_END]))
    return PC_PARSE_ERROR;
  if (!pc_text_read_whole(digits, &status) || status < STATUS_FIRST ||
      status == STATUS_SWITCHING)
    return PC_PARSE_ERROR;
  reader->is_http_1_0 = line.data[VERSION_SIZE] == '0';
  reader->status = (int)status;
  reader->may_have_body = status >= STATUS_FINAL &&
                          status != STATUS_NO_CONTENT &&
                          status != STATUS_NOT_MODIFIED;
  return PC_OK;
}

static enum pc_status
begin_field(struct pc_head_reader *reader, struct pc_text line, size_t start)
{
  size_t size = 0;

  /* Behind the line stands its end, which is no token. */
  while (pc_is_token(line.data[size]))
    size++;
  if (!size || line.data[size] != ':')
    return PC_PARSE_ERROR;
  reader->has_field = true;
  reader->field_start = start;
  reader->name_size = size;
  return PC_OK;
}

/*
 * Makes one space of the line end at line_start and the blanks around it, so
 * that the line there, which ends before `next`, belongs to the one before.
 */
static enum pc_status continue_field(struct pc_head_reader *reader, size_t next)
{
  struct pc_bytes *head = reader->head;
  size_t to = reader->line_start;
  size_t from = reader->line_start;

  if (!reader->has_field)
    return PC_PARSE_ERROR;
  while (pc_is_blank(head->data[to - 1]))
    to--;
  while (is_blank(head->data[from]))
    from++;
  head->data[to++] = ' ';
  memmove(head->data + to, head->data + from, head->size - from);
  pc_bytes_set_size(head, head->size - (from - to));
  reader->line_start = next - (from - to);
  reader->scanned = reader->line_start;
  return PC_OK;
}

/* Of an interim answer nothing is kept; another head follows. */
static void drop_interim(struct pc_head_reader *reader)
{
  pc_bytes_drop_front(reader->head, reader->line_start);
  reader->line_start = 0;
  reader->scanned = 0;
}

static enum pc_status end_head(struct pc_head_reader *reader)
{
  if (reader->status < STATUS_FINAL) {
    drop_interim(reader);
    return PC_OK;
  }
  if (reader->length >= 0 && reader->is_chunked)
    return PC_PARSE_ERROR;
  reader->is_whole = true;
  return PC_OK;
}

/* Reads the line from line_start to `end`; the next one begins at `next`. */
static enum pc_status
read_line(struct pc_head_reader *reader, size_t end, size_t next)
{
  size_t start = reader->line_start;
  struct pc_text line = {.data = reader->head->data + start,
                         .size = end - start};

  if (start && line.size && is_blank(line.data[0]))
    return continue_field(reader, next);
  reader->line_start = next;
  reader->scanned = next;
  if (start == 0)
    return read_status_line(reader, line);
  return line.size ? begin_field(reader, line, start) : end_head(reader);
}

/* Does the head, a piece of its first line, begin as one? */
static bool is_begun_well(const struct pc_bytes *head)
{
  size_t size = head->size < VERSION_SIZE ? head->size : VERSION_SIZE;

  return memcmp(head->data, version, size) == 0;
}

/* Reads the line at line_start; *is_cut says that it is not whole. */
static enum pc_status take_line(struct pc_head_reader *reader, bool *is_cut)
{
  const struct pc_bytes *head = reader->head;
  size_t end = find_control(head, reader->scanned);
  size_t next = end + 1;

  reader->scanned = end;
  if (end < head->size && head->data[end] == '\r')
    next++;
  *is_cut = next > head->size;
  if (*is_cut)
    return reader->line_start || is_begun_well(head) ? PC_OK : PC_PARSE_ERROR;
  if (head->data[next - 1] != '\n')
    return PC_PARSE_ERROR;
  return read_line(reader, end, next);
}

static enum pc_status read_lines(struct pc_head_reader *reader)
{
  const struct pc_bytes *head = reader->head;
  enum pc_status status = PC_OK;
  bool is_cut = false;

  while (status == PC_OK && !is_cut && reader->line_start < head->size &&
         !reader->is_whole) {
    if (reader->has_field && !is_blank(head->data[reader->line_start]))
      status = settle_field(reader);
    if (status == PC_OK)
      status = take_line(reader, &is_cut);
  }
  return status;
}

/* Copies what may be of the head, and gives back what turns out not to be. */
enum pc_status pc_head_reader_read(struct pc_head_reader *reader,
                                   struct pc_text *input)
{
  struct pc_bytes *head = reader->head;
  enum pc_status status = PC_OK;

  while (status == PC_OK && input->size && !reader->is_whole) {
    size_t room = head->ceiling - reader->received;
    size_t size = input->size < WINDOW_SIZE ? input->size : WINDOW_SIZE;

    size = size < room ? size : room;
    status = size ? pc_bytes_append(head, input->data, size) : PC_TOO_LARGE;
    if (status != PC_OK)
      return status;
    reader->received += size;
    pc_text_drop(input, size);
    status = read_lines(reader);
  }
  if (reader->is_whole) {
    size_t excess = head->size - reader->line_start;

    *input = (struct pc_text){.data = input->data - excess,
                              .size = input->size + excess};
    pc_bytes_set_size(head, reader->line_start);
  }
  return status;
}
