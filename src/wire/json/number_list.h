/*
 * number_list.h - passing over the numbers of a list without their values.
 *
 * An embedding as JSON text is a thousand numbers that somebody else will read;
 * here they only have to be numbers. Thread: any.
 */
#ifndef PC_WIRE_JSON_NUMBER_LIST_H
#define PC_WIRE_JSON_NUMBER_LIST_H

#include <stddef.h>

/*
 * Passes over numbers with commas between them, and blanks before each number,
 * from text[at..size) on. Answers the offset behind the last one that is surely
 * whole, or `at` when there is none. It also stops in front of what is good but
 * unusual, and near `size`: the rest is for the scanner.
 */
size_t pc_number_list_skip(const char *text, size_t size, size_t at);

#endif
