/*
 * string.h - how far the inside of a JSON string reaches.
 *
 * Checks strict UTF-8 (no overlong form, no surrogate, nothing above U+10FFFF)
 * and the escapes of RFC 8259, and changes nothing. Resumable: it stops on
 * whole characters only, so the offset is all to remember. Thread: any.
 */
#ifndef PC_WIRE_JSON_STRING_H
#define PC_WIRE_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Passes over text[at..size), the inside of a string, and answers where it
 * stopped: on the closing quote, on a bad byte (then *reason is a literal that
 * says why, otherwise it stays as it was), on a character or escape that the
 * text cuts, or at `size`. Clears *is_ascii at a byte above 0x7f.
 */
size_t pc_json_string_skip(const char *text,
                           size_t size,
                           size_t at,
                           bool *is_ascii,
                           const char **reason);

/* Is this strict UTF-8, whatever characters it holds? */
bool pc_json_string_is_utf8(const char *text, size_t size);

#endif
