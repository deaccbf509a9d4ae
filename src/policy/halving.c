#include "policy/halving.h"

/* FNV-1a: tells refusals apart, guards no secret. Never 0. */
static uint64_t mark_of(long http_status, const char *text, size_t size)
{
  static const uint64_t prime = 0x100000001b3u;
  uint64_t mark = (0xcbf29ce484222325u ^ (uint64_t)http_status) * prime;

  for (size_t i = 0; i < size; i++)
    mark = (mark ^ (unsigned char)text[i]) * prime;
  return mark | 1;
}

static uint32_t most(uint32_t a, uint32_t b)
{
  return a > b ? a : b;
}

void pc_halving_accept(struct pc_halving *halving, uint32_t count)
{
  halving->accepted = most(halving->accepted, count);
}

bool pc_halving_refuse(struct pc_halving *halving,
                       uint32_t count,
                       long http_status,
                       const char *text,
                       size_t size)
{
  uint64_t mark = mark_of(http_status, text, size);
  uint32_t taught = 0;

  if (count == 1) {
    halving->lone = mark;
    halving->largest = UINT32_MAX;
    return false;
  }
  if (!halving->accepted && mark == halving->lone)
    return false;
  taught = most((count + 1) / 2, halving->accepted);
  if (halving->largest > taught)
    halving->largest = taught;
  return true;
}
