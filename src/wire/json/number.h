/*
 * number.h - how far a JSON number reaches.
 *
 * The whole grammar of RFC 8259, for numbers that arrive in pieces; the shapes
 * that nearly all numbers have are read faster by usual_number.h. Thread: any.
 */
#ifndef PC_WIRE_JSON_NUMBER_H
#define PC_WIRE_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

enum pc_json_number_part {
  PC_JSON_NUMBER_START,    /* nothing read yet */
  PC_JSON_NUMBER_MINUS,    /* behind the sign */
  PC_JSON_NUMBER_ZERO,     /* behind a leading 0, which stands alone */
  PC_JSON_NUMBER_WHOLE,    /* in the digits before the point */
  PC_JSON_NUMBER_POINT,    /* behind the point */
  PC_JSON_NUMBER_FRACTION, /* in the digits behind the point */
  PC_JSON_NUMBER_E,        /* behind e or E */
  PC_JSON_NUMBER_E_SIGN,   /* behind the sign of the exponent */
  PC_JSON_NUMBER_EXPONENT  /* in the digits of the exponent */
};

/*
 * Passes over the bytes of text[at..size) that continue a number in *part,
 * which moves along, and answers the offset where it stopped. The part in which
 * the text ran out is all that must be remembered.
 */
size_t pc_json_number_skip(const char *text,
                           size_t size,
                           size_t at,
                           enum pc_json_number_part *part);

/* May a number end in this part? */
bool pc_json_number_may_end(enum pc_json_number_part part);

/*
 * Passes over numbers with commas between them, and blanks before each number,
 * from text[at..size) on. Answers the offset behind the last one that is surely
 * whole, or `at` when there is none. It also stops in front of what is good but
 * unusual, and near `size`: the rest is for the scanner.
 */
size_t pc_json_number_skip_list(const char *text, size_t size, size_t at);

#endif
