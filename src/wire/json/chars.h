/*
 * chars.h - the characters that a JSON string stands for.
 *
 * Reads the inside of strings that the scanner has checked, escapes unfolded:
 * "\u0069ndex" is the same name as "index". Allocates nothing. Thread: any.
 */
#ifndef PC_WIRE_JSON_CHARS_H
#define PC_WIRE_JSON_CHARS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/texts.h"

/*
 * Takes one character off the front of `inside`, which is not empty. A pair of
 * surrogate escapes is one character; half a pair stands for itself.
 */
uint32_t pc_json_chars_take(struct pc_text *inside);

/* Do the insides of two strings stand for the same text? */
bool pc_json_chars_same(struct pc_text one, struct pc_text other);

/* Does the inside of a string stand for `word`? */
bool pc_json_chars_are(struct pc_text inside, const char *word);

/* Characters within all strings of a JSON text that the scanner has checked. */
uint64_t pc_json_chars_count(struct pc_text json);

#endif
