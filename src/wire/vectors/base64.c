#include "wire/vectors/base64.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "wire/vectors/simd.h"

enum { QUAD_TEXT = 4, QUAD_BYTES = 3 };

/* X(value, letter): the alphabet of RFC 4648 section 4. */
#define ALPHABET(X)                                                            \
  X(0, 'A'), X(1, 'B'), X(2, 'C'), X(3, 'D'), X(4, 'E'), X(5, 'F'), X(6, 'G'), \
      X(7, 'H'), X(8, 'I'), X(9, 'J'), X(10, 'K'), X(11, 'L'), X(12, 'M'),     \
      X(13, 'N'), X(14, 'O'), X(15, 'P'), X(16, 'Q'), X(17, 'R'), X(18, 'S'),  \
      X(19, 'T'), X(20, 'U'), X(21, 'V'), X(22, 'W'), X(23, 'X'), X(24, 'Y'),  \
      X(25, 'Z'), X(26, 'a'), X(27, 'b'), X(28, 'c'), X(29, 'd'), X(30, 'e'),  \
      X(31, 'f'), X(32, 'g'), X(33, 'h'), X(34, 'i'), X(35, 'j'), X(36, 'k'),  \
      X(37, 'l'), X(38, 'm'), X(39, 'n'), X(40, 'o'), X(41, 'p'), X(42, 'q'),  \
      X(43, 'r'), X(44, 's'), X(45, 't'), X(46, 'u'), X(47, 'v'), X(48, 'w'),  \
      X(49, 'x'), X(50, 'y'), X(51, 'z'), X(52, '0'), X(53, '1'), X(54, '2'),  \
      X(55, '3'), X(56, '4'), X(57, '5'), X(58, '6'), X(59, '7'), X(60, '8'),  \
      X(61, '9'), X(62, '+'), X(63, '/')

/*
 * What a letter adds to its quad's 24 bits, by its place in the quad. The place
 * also has a bit of its own above them, so a quad is valid when all four are
 * set and a byte outside the alphabet is simply 0.
 */
#define PLACE_BIT(place) (UINT32_C(1) << (24 + (place)))
#define ALL_PLACES (PLACE_BIT(4) - PLACE_BIT(0))
#define FIRST(value, letter) [letter] = PLACE_BIT(0) | (value) << 18
#define SECOND(value, letter) [letter] = PLACE_BIT(1) | (value) << 12
#define THIRD(value, letter) [letter] = PLACE_BIT(2) | (value) << 6
#define FOURTH(value, letter) [letter] = PLACE_BIT(3) | (value)

static const uint32_t letters[QUAD_TEXT][256] = {{ALPHABET(FIRST)},
                                                 {ALPHABET(SECOND)},
                                                 {ALPHABET(THIRD)},
                                                 {ALPHABET(FOURTH)}};

static uint32_t quad_bits(const unsigned char *quad)
{
  return letters[0][quad[0]] | letters[1][quad[1]] | letters[2][quad[2]] |
         letters[3][quad[3]];
}

static void put_bytes(char *to, uint32_t bits)
{
  to[0] = (char)(bits >> 16);
  to[1] = (char)(bits >> 8);
  to[2] = (char)bits;
}

#ifdef PC_SIMD

enum { QUADS_AT_ONCE = PC_SIMD_SIZE / QUAD_TEXT, QUADS_OF_SLACK = 2 };

/*
 * A byte is a letter of the alphabet if its two halves have no bit in common
 * here; its value is then itself plus what belongs to its upper half, of which
 * that of '/' is counted as one less. The method is that of Wojciech Mula.
 */
static const unsigned char lower_marks[PC_SIMD_SIZE] = {
    0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
    0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a};
static const unsigned char upper_marks[PC_SIMD_SIZE] = {
    0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08,
    0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10};
static const signed char steps[PC_SIMD_SIZE] = {
    0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a'};

/*
 * Decodes as many quads as it can, four at once, and answers how many. It
 * writes 16 bytes for each 12, and so leaves the last quads.
 */
PC_SIMD static size_t
decode_many(const unsigned char *text, size_t count, char *to, bool *are_valid)
{
  pc_simd lower = pc_simd_load(lower_marks);
  pc_simd upper = pc_simd_load(upper_marks);
  pc_simd step = pc_simd_load(steps);
  pc_simd bad = pc_simd_of(0);
  size_t i = 0;

  for (; count - i >= QUADS_AT_ONCE + QUADS_OF_SLACK; i += QUADS_AT_ONCE) {
    pc_simd sixteen = pc_simd_load(text + i * QUAD_TEXT);
    pc_simd high = pc_simd_upper_half(sixteen);
    pc_simd low = pc_simd_and(sixteen, pc_simd_of(0xf));
    pc_simd kind = pc_simd_plus(high, pc_simd_equal(sixteen, '/'));
    pc_simd sixes = pc_simd_plus(sixteen, pc_simd_look_up(step, kind));

    bad = pc_simd_or(bad, pc_simd_and(pc_simd_look_up(lower, low),
                                      pc_simd_look_up(upper, high)));
    pc_simd_store(to + i * QUAD_BYTES, pc_simd_join_sixes(sixes));
  }
  *are_valid = !pc_simd_any_above(bad, 0);
  return i;
}

#endif

/* Decodes quads without padding; false when a letter is not in the alphabet. */
static bool decode_quads(const unsigned char *text, size_t count, char *to)
{
  uint32_t valid = ALL_PLACES;
  bool are_many_valid = true;
  size_t i = 0;

#ifdef PC_SIMD
  if (count > QUADS_AT_ONCE + QUADS_OF_SLACK && pc_simd_is_there())
    i = decode_many(text, count, to, &are_many_valid);
#endif
  for (; i < count; i++) {
    uint32_t bits = quad_bits(text + i * QUAD_TEXT);

    valid &= bits;
    put_bytes(to + i * QUAD_BYTES, bits);
  }
  return are_many_valid && valid == ALL_PLACES;
}

/*
 * Decodes the last quad, which may end in one or two '='. They stand for the
 * letter of value 0; then every bit behind the last whole byte must be 0.
 */
static bool decode_last(const unsigned char *text, size_t padding, char *to)
{
  unsigned char quad[QUAD_TEXT];
  char bytes[QUAD_BYTES];
  uint32_t bits = 0;

  memcpy(quad, text, QUAD_TEXT);
  memset(quad + QUAD_TEXT - padding, 'A', padding);
  bits = quad_bits(quad);
  put_bytes(bytes, bits);
  memcpy(to, bytes, QUAD_BYTES - padding);
  return (bits & ALL_PLACES) == ALL_PLACES &&
         !(bits & ((1u << (8 * padding)) - 1));
}

static size_t count_padding(const char *text, size_t size)
{
  if (text[size - 1] != '=')
    return 0;
  return text[size - 2] == '=' ? 2 : 1;
}

static bool decode_all(const char *text, size_t size, size_t padding, char *to)
{
  const unsigned char *quads = (const unsigned char *)text;
  size_t last = size / QUAD_TEXT - 1;

  return decode_quads(quads, last, to) &&
         decode_last(quads + last * QUAD_TEXT, padding, to + last * QUAD_BYTES);
}

enum pc_status
pc_base64_decode(const char *text, size_t size, struct pc_bytes *out)
{
  size_t padding = 0;
  size_t decoded = 0;
  enum pc_status status = PC_OK;

  if (size % QUAD_TEXT)
    return PC_PARSE_ERROR;
  if (!size)
    return PC_OK;

  padding = count_padding(text, size);
  decoded = size / QUAD_TEXT * QUAD_BYTES - padding;
  status = pc_bytes_reserve(out, decoded);
  if (status != PC_OK)
    return status;
  if (!decode_all(text, size, padding, out->data + out->size)) {
    pc_bytes_set_size(out, out->size);
    return PC_PARSE_ERROR;
  }
  pc_bytes_set_size(out, out->size + decoded);
  return PC_OK;
}
