/*
 * simd.h - sixteen bytes of text at once, on processors that can.
 *
 * The few operations that readers of vectors need, by SSE4.1 on x86-64 and by
 * NEON on AArch64. Whoever uses them stands within #ifdef PC_SIMD, is marked
 * PC_SIMD throughout, and runs only where pc_simd_is_there. Loads need no
 * alignment. Thread: any.
 *
 * AVX2 was measured too: 8 to 13 % more of float text a second, for a second
 * copy of all this and a longer question to the processor.
 */
#ifndef PC_WIRE_VECTORS_SIMD_H
#define PC_WIRE_VECTORS_SIMD_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define PC_SIMD __attribute__((target("sse4.1,popcnt")))
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <arm_neon.h>
#define PC_SIMD
#endif

enum { PC_SIMD_SIZE = 16, PC_SIMD_BLOCK = 64 };

/*
 * Has this processor what PC_SIMD asks for? It is asked once: within a virtual
 * machine that takes some 10 us.
 */
bool pc_simd_is_there(void);

#if defined(PC_SIMD) && defined(__x86_64__)

typedef __m128i pc_simd;

PC_SIMD static inline pc_simd pc_simd_load(const void *at)
{
  return _mm_loadu_si128((const __m128i *)at);
}

PC_SIMD static inline pc_simd pc_simd_of(char byte)
{
  return _mm_set1_epi8(byte);
}

PC_SIMD static inline pc_simd pc_simd_less(pc_simd one, pc_simd other)
{
  return _mm_sub_epi8(one, other);
}

PC_SIMD static inline pc_simd pc_simd_and(pc_simd one, pc_simd other)
{
  return _mm_and_si128(one, other);
}

PC_SIMD static inline pc_simd pc_simd_or(pc_simd one, pc_simd other)
{
  return _mm_or_si128(one, other);
}

PC_SIMD static inline pc_simd pc_simd_plus(pc_simd one, pc_simd other)
{
  return _mm_add_epi8(one, other);
}

/* 0xff for each byte that equals `byte`, 0 for the others. */
PC_SIMD static inline pc_simd pc_simd_equal(pc_simd bytes, char byte)
{
  return _mm_cmpeq_epi8(bytes, pc_simd_of(byte));
}

/* Each byte without its lower four bits, moved down. */
PC_SIMD static inline pc_simd pc_simd_upper_half(pc_simd bytes)
{
  return pc_simd_and(_mm_srli_epi32(bytes, 4), pc_simd_of(0xf));
}

/* The bytes of `table` at these places, which are below 16. */
PC_SIMD static inline pc_simd pc_simd_look_up(pc_simd table, pc_simd places)
{
  return _mm_shuffle_epi8(table, places);
}

/* The larger of each two bytes, without signs. */
PC_SIMD static inline pc_simd pc_simd_max(pc_simd one, pc_simd other)
{
  return _mm_max_epu8(one, other);
}

/* Is any byte above `limit`, without signs? */
PC_SIMD static inline bool pc_simd_any_above(pc_simd bytes, char limit)
{
  pc_simd above = _mm_subs_epu8(bytes, pc_simd_of(limit));

  return !_mm_testz_si128(above, above);
}

/* The number that sixteen digit values stand for, the first one highest. */
PC_SIMD static inline uint64_t pc_simd_join_digits(pc_simd digits)
{
  pc_simd pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(1 << 8 | 10));
  pc_simd fours = _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 100));
  pc_simd packed = _mm_packus_epi32(fours, fours);
  pc_simd eights = _mm_madd_epi16(packed, _mm_set1_epi32(1 << 16 | 10000));
  uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);

  return (both & UINT32_MAX) * 100000000 + (both >> 32);
}

/* Sixteen values of six bits as twelve bytes, the first ones highest. */
PC_SIMD static inline pc_simd pc_simd_join_sixes(pc_simd sixes)
{
  const pc_simd order =
      _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  pc_simd twelves = _mm_maddubs_epi16(sixes, _mm_set1_epi16(1 << 8 | 1 << 6));

  return _mm_shuffle_epi8(
      _mm_madd_epi16(twelves, _mm_set1_epi32(1 << 16 | 1 << 12)), order);
}

PC_SIMD static inline void pc_simd_store(void *to, pc_simd bytes)
{
  _mm_storeu_si128((__m128i *)to, bytes);
}

/* One bit for each of a block's bytes that equals `byte`, the first lowest. */
PC_SIMD static inline uint64_t pc_simd_find(const char *block, char byte)
{
  uint64_t found = 0;

  for (int i = 0; i < PC_SIMD_BLOCK; i += PC_SIMD_SIZE) {
    pc_simd equal = _mm_cmpeq_epi8(pc_simd_load(block + i), pc_simd_of(byte));

    found |= (uint64_t)(unsigned)_mm_movemask_epi8(equal) << i;
  }
  return found;
}

#elif defined(PC_SIMD)

typedef uint8x16_t pc_simd;

static inline pc_simd pc_simd_load(const void *at)
{
  return vld1q_u8((const uint8_t *)at);
}

static inline pc_simd pc_simd_of(char byte)
{
  return vdupq_n_u8((uint8_t)byte);
}

static inline pc_simd pc_simd_less(pc_simd one, pc_simd other)
{
  return vsubq_u8(one, other);
}

static inline pc_simd pc_simd_and(pc_simd one, pc_simd other)
{
  return vandq_u8(one, other);
}

static inline pc_simd pc_simd_or(pc_simd one, pc_simd other)
{
  return vorrq_u8(one, other);
}

static inline pc_simd pc_simd_plus(pc_simd one, pc_simd other)
{
  return vaddq_u8(one, other);
}

static inline pc_simd pc_simd_equal(pc_simd bytes, char byte)
{
  return vceqq_u8(bytes, pc_simd_of(byte));
}

static inline pc_simd pc_simd_upper_half(pc_simd bytes)
{
  return vshrq_n_u8(bytes, 4);
}

static inline pc_simd pc_simd_look_up(pc_simd table, pc_simd places)
{
  return vqtbl1q_u8(table, places);
}

static inline pc_simd pc_simd_max(pc_simd one, pc_simd other)
{
  return vmaxq_u8(one, other);
}

static inline bool pc_simd_any_above(pc_simd bytes, char limit)
{
  return vmaxvq_u8(bytes) > (uint8_t)limit;
}

/* Each step multiplies every first neighbour and adds the second. */
static inline uint64_t pc_simd_join_digits(pc_simd digits)
{
  const uint8x16_t tens = vreinterpretq_u8_u16(vdupq_n_u16(1 << 8 | 10));
  const uint16x8_t hundreds = vreinterpretq_u16_u32(vdupq_n_u32(1 << 16 | 100));
  const uint32x4_t myriads =
      vreinterpretq_u32_u64(vdupq_n_u64(UINT64_C(1) << 32 | 10000));
  uint16x8_t pairs = vpaddlq_u8(vmulq_u8(digits, tens));
  uint32x4_t fours = vpaddlq_u16(vmulq_u16(pairs, hundreds));
  uint64x2_t eights = vpaddlq_u32(vmulq_u32(fours, myriads));

  return vgetq_lane_u64(eights, 0) * 100000000 + vgetq_lane_u64(eights, 1);
}

static inline pc_simd pc_simd_join_sixes(pc_simd sixes)
{
  static const uint8_t order[PC_SIMD_SIZE] = {
      2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 255, 255, 255, 255};
  uint16x8_t pairs = vreinterpretq_u16_u8(sixes);
  uint16x8_t twelves = vorrq_u16(
      vshlq_n_u16(vandq_u16(pairs, vdupq_n_u16(63)), 6), vshrq_n_u16(pairs, 8));
  uint32x4_t both = vreinterpretq_u32_u16(twelves);
  uint32x4_t whole =
      vorrq_u32(vshlq_n_u32(vandq_u32(both, vdupq_n_u32(UINT16_MAX)), 12),
                vshrq_n_u32(both, 16));

  return vqtbl1q_u8(vreinterpretq_u8_u32(whole), vld1q_u8(order));
}

static inline void pc_simd_store(void *to, pc_simd bytes)
{
  vst1q_u8((uint8_t *)to, bytes);
}

/* Each byte keeps the bit of its place within eight; neighbours are added. */
static inline uint64_t pc_simd_find(const char *block, char byte)
{
  const uint8x16_t places =
      vreinterpretq_u8_u64(vdupq_n_u64(UINT64_C(0x8040201008040201)));
  uint8x16_t found[PC_SIMD_BLOCK / PC_SIMD_SIZE];

  for (int i = 0; i < PC_SIMD_BLOCK / PC_SIMD_SIZE; i++)
    found[i] = vandq_u8(
        vceqq_u8(pc_simd_load(block + i * PC_SIMD_SIZE), pc_simd_of(byte)),
        places);
  found[0] = vpaddq_u8(found[0], found[1]);
  found[2] = vpaddq_u8(found[2], found[3]);
  found[0] = vpaddq_u8(found[0], found[2]);
  found[0] = vpaddq_u8(found[0], found[0]);
  return vgetq_lane_u64(vreinterpretq_u64_u8(found[0]), 0);
}

#endif

#endif
