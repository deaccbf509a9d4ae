#include "wire/http/chunked.h"

/* 16 digits hold any size; one more can only be there to mislead. */
enum { DIGIT_MOST = 16, DROPPED_MOST = 64 * 1024 };

void pc_chunked_start(struct pc_chunked *chunked)
{
  *chunked = (struct pc_chunked){.state = PC_CHUNKED_IN_SIZE};
}

/* What stands behind the digits of a size, and any blanks. */
static bool take_after_size(struct pc_chunked *chunked, char byte)
{
  if (!chunked->digits || chunked->left > INT64_MAX)
    return false;
  if (byte == '\r')
    chunked->state = PC_CHUNKED_AT_SIZE_LF;
  else if (byte == ';')
    chunked->state = PC_CHUNKED_IN_EXTENSION;
  else if (byte == ' ' || byte == '\t')
    chunked->state = PC_CHUNKED_IN_PADDING;
  else
    return false;
  return true;
}

static bool take_in_size(struct pc_chunked *chunked, char byte)
{
  if (!pc_is_hex(byte))
    return take_after_size(chunked, byte);
  chunked->left = chunked->left << 4 | pc_hex_value(byte);
  return ++chunked->digits <= DIGIT_MOST;
}

/* Text that nobody reads, up to its line's end. */
static bool
take_dropped(struct pc_chunked *chunked, char byte, enum pc_chunked_state end)
{
  if (byte == '\r')
    chunked->state = end;
  return byte == '\r' || !pc_is_control(byte);
}

/* A trailer that continues the one before is refused, as nobody sends it. */
static bool take_at_trailer(struct pc_chunked *chunked, char byte)
{
  bool is_last = byte == '\r';

  chunked->state = is_last ? PC_CHUNKED_AT_LAST_LF : PC_CHUNKED_IN_NAME;
  return is_last || (!pc_is_control(byte) && !pc_is_blank(byte) && byte != ':');
}

/* Its name need be no token: whatever it is, it is dropped. */
static bool take_in_name(struct pc_chunked *chunked, char byte)
{
  if (byte == ':')
    chunked->state = PC_CHUNKED_IN_VALUE;
  return !pc_is_control(byte);
}

static bool take_end(struct pc_chunked *chunked,
                     char byte,
                     char expected,
                     enum pc_chunked_state next)
{
  chunked->state = next;
  return byte == expected;
}

static bool take_size_lf(struct pc_chunked *chunked, char byte)
{
  chunked->digits = 0;
  chunked->dropped = 0;
  return take_end(chunked, byte, '\n',
                  chunked->left ? PC_CHUNKED_IN_DATA : PC_CHUNKED_AT_TRAILER);
}

/* A byte that is not of the body. False: it may not stand there. */
static bool take_byte(struct pc_chunked *chunked, char byte)
{
  switch (chunked->state) {
  case PC_CHUNKED_IN_SIZE:
    return take_in_size(chunked, byte);
  case PC_CHUNKED_IN_PADDING:
    return take_after_size(chunked, byte);
  case PC_CHUNKED_IN_EXTENSION:
    return take_dropped(chunked, byte, PC_CHUNKED_AT_SIZE_LF);
  case PC_CHUNKED_AT_SIZE_LF:
    return take_size_lf(chunked, byte);
  case PC_CHUNKED_AT_DATA_CR:
    return take_end(chunked, byte, '\r', PC_CHUNKED_AT_DATA_LF);
  case PC_CHUNKED_AT_DATA_LF:
    return take_end(chunked, byte, '\n', PC_CHUNKED_IN_SIZE);
  case PC_CHUNKED_AT_TRAILER:
    return take_at_trailer(chunked, byte);
  case PC_CHUNKED_IN_NAME:
    return take_in_name(chunked, byte);
  case PC_CHUNKED_IN_VALUE:
    return take_dropped(chunked, byte, PC_CHUNKED_AT_VALUE_LF);
  case PC_CHUNKED_AT_VALUE_LF:
    return take_end(chunked, byte, '\n', PC_CHUNKED_AT_TRAILER);
  case PC_CHUNKED_AT_LAST_LF:
    return take_end(chunked, byte, '\n', PC_CHUNKED_AT_END);
  case PC_CHUNKED_IN_DATA:
  case PC_CHUNKED_AT_END:
    break;
  }
  return false;
}

static void lend_data(struct pc_chunked *chunked,
                      struct pc_text *input,
                      struct pc_text *out)
{
  size_t size =
      chunked->left < input->size ? (size_t)chunked->left : input->size;

  *out = (struct pc_text){.data = input->data, .size = size};
  pc_text_drop(input, size);
  chunked->left -= size;
  if (!chunked->left)
    chunked->state = PC_CHUNKED_AT_DATA_CR;
}

enum pc_status pc_chunked_read(struct pc_chunked *chunked,
                               struct pc_text *input,
                               struct pc_text *out)
{
  *out = (struct pc_text){.data = input->data, .size = 0};
  while (input->size && chunked->state != PC_CHUNKED_AT_END) {
    if (chunked->state == PC_CHUNKED_IN_DATA) {
      lend_data(chunked, input, out);
      return PC_OK;
    }
    if (++chunked->dropped > DROPPED_MOST)
      return PC_TOO_LARGE;
    if (!take_byte(chunked, *input->data))
      return PC_PARSE_ERROR;
    pc_text_drop(input, 1);
  }
  return PC_OK;
}
