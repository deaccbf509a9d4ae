/*
 * word.h - eight bytes of text at once, the first one lowest.
 *
 * Scanners mark bytes by their high bit in a word of flags and ask for the
 * first. Loads need no alignment. Thread: any.
 */
#ifndef PC_BASE_WORD_H
#define PC_BASE_WORD_H

#include <stdint.h>
#include <string.h>

#define PC_WORD_SIZE 8

static inline uint64_t pc_word_load(const char *at)
{
  uint64_t word = 0;

  memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* A word whose eight bytes are all `byte`. */
static inline uint64_t pc_word_of(unsigned char byte)
{
  return byte * UINT64_C(0x0101010101010101);
}

/*
 * Flags bytes below `limit`, which is at most 0x80. Exact up to the first
 * flag; a borrow may add flags behind it.
 */
static inline uint64_t pc_word_below(uint64_t word, unsigned char limit)
{
  return (word - pc_word_of(limit)) & ~word & pc_word_of(0x80);
}

/* Flags bytes above `limit`, which is below 0x80. Exact likewise. */
static inline uint64_t pc_word_above(uint64_t word, unsigned char limit)
{
  return ((word + pc_word_of((unsigned char)(0x7f - limit))) | word) &
         pc_word_of(0x80);
}

/* Flags bytes equal to `byte`. Exact up to the first flag. */
static inline uint64_t pc_word_equal(uint64_t word, unsigned char byte)
{
  return pc_word_below(word ^ pc_word_of(byte), 1);
}

/* The place of the first flag, 8 when there is none. */
static inline unsigned pc_word_first(uint64_t flags)
{
  return flags ? (unsigned)__builtin_ctzll(flags) / 8 : PC_WORD_SIZE;
}

#endif
