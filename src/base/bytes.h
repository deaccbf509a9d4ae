/*
 * bytes.h - a growable run of bytes that is born with a ceiling.
 *
 * Once anything was reserved, the byte after `size` is NUL, so a scanner has a
 * sentinel and C functions have a string. One thread at a time.
 */
#ifndef PC_BASE_BYTES_H
#define PC_BASE_BYTES_H

#include <stddef.h>

#include "base/chars.h"
#include "base/status.h"

struct pc_bytes {
  char *data;      /* NULL until something was reserved */
  size_t size;     /* bytes in use */
  size_t capacity; /* bytes that fit before the next growth */
  size_t ceiling;  /* growing past this is PC_TOO_LARGE */
};

void pc_bytes_init(struct pc_bytes *bytes, size_t ceiling);

/* Frees the memory and leaves an empty run with the same ceiling. */
void pc_bytes_deinit(struct pc_bytes *bytes);

/* Forgets the content, keeps the memory. */
void pc_bytes_clear(struct pc_bytes *bytes);

/*
 * Makes room for `extra` more bytes. PC_TOO_LARGE past the ceiling and
 * PC_NO_MEMORY leave the content as it was.
 */
PC_MUST_CHECK enum pc_status pc_bytes_reserve(struct pc_bytes *bytes,
                                              size_t extra);

/* Copies `size` bytes to the end. Errors as pc_bytes_reserve. */
PC_MUST_CHECK enum pc_status
pc_bytes_append(struct pc_bytes *bytes, const void *data, size_t size);

/* Appends a NUL-terminated string. Errors as pc_bytes_reserve. */
PC_MUST_CHECK enum pc_status pc_bytes_append_text(struct pc_bytes *bytes,
                                                  const char *text);

/*
 * Appends without being asked each time whether it could: the first failure
 * stays in `status`, and nothing is written behind it.
 */
struct pc_writer {
  struct pc_bytes *out; /* borrowed */
  enum pc_status status;
};

void pc_write(struct pc_writer *writer, struct pc_text text);

/* Writes a NUL-terminated string. */
void pc_write_text(struct pc_writer *writer, const char *text);

/* Writes what printf would: at most 127 bytes. */
PC_PRINTF(2, 3)
void pc_write_format(struct pc_writer *writer, const char *format, ...);

/* Sets the size after the caller wrote into reserved room. */
void pc_bytes_set_size(struct pc_bytes *bytes, size_t size);

/* Moves the memory of `from` into `to`, whose own is freed; empties `from`. */
void pc_bytes_move(struct pc_bytes *to, struct pc_bytes *from);

/* Forgets what is behind the first `size` bytes, and gives its memory back. */
void pc_bytes_cut(struct pc_bytes *bytes, size_t size);

/* Removes the first `count` bytes; the rest moves down. */
void pc_bytes_drop_front(struct pc_bytes *bytes, size_t count);

#endif
