#include "policy/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { IPV4_SIZE = 4, IPV6_SIZE = 16 };

struct block {
  uint8_t prefix[IPV6_SIZE];
  unsigned bits; /* how much of `prefix` counts */
};

/* Beside the registries': 168.63.129.16 is Azure's own, for its machines. */
static const struct block special_ipv4[] = {{{0}, 8},
                                            {{10}, 8},
                                            {{100, 64}, 10},
                                            {{127}, 8},
                                            {{168, 63, 129, 16}, 32},
                                            {{169, 254}, 16},
                                            {{172, 16}, 12},
                                            {{192, 0, 0}, 24},
                                            {{192, 0, 2}, 24},
                                            {{192, 88, 99}, 24},
                                            {{192, 168}, 16},
                                            {{198, 18}, 15},
                                            {{198, 51, 100}, 24},
                                            {{203, 0, 113}, 24},
                                            {{224}, 3}};

/* Within 2000::/3, outside of which nothing is public but embedded IPv4. */
static const struct block special_ipv6[] = {
    {{0x20, 0x01}, 23}, {{0x20, 0x01, 0x0d, 0xb8}, 32}, {{0x3f, 0xff}, 20}};

/* IPv6 addresses that stand for the IPv4 address at `at`. */
static const struct {
  struct block block;
  size_t at;
} embeddings[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12}, /* mapped */
    {{{0, 0x64, 0xff, 0x9b}, 96}, 12},                      /* NAT64 */
    {{{0x20, 0x02}, 16}, 2}};                               /* 6to4 */

static bool is_in(const uint8_t *address, const struct block *block)
{
  size_t whole = block->bits / 8;
  unsigned rest = block->bits % 8;

  if (memcmp(address, block->prefix, whole) != 0)
    return false;
  return !rest || (address[whole] ^ block->prefix[whole]) >> (8 - rest) == 0;
}

static bool
is_in_any(const uint8_t *address, const struct block *blocks, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (is_in(address, &blocks[i]))
      return true;
  return false;
}

static bool is_public_ipv4(const uint8_t *address)
{
  return !is_in_any(address, special_ipv4,
                    sizeof(special_ipv4) / sizeof(special_ipv4[0]));
}

static bool is_public_ipv6(const uint8_t *address)
{
  static const struct block global_unicast = {{0x20}, 3};

  for (size_t i = 0; i < sizeof(embeddings) / sizeof(embeddings[0]); i++)
    if (is_in(address, &embeddings[i].block))
      return is_public_ipv4(address + embeddings[i].at);
  return is_in(address, &global_unicast) &&
         !is_in_any(address, special_ipv6,
                    sizeof(special_ipv6) / sizeof(special_ipv6[0]));
}

bool pc_address_is_public(const struct sockaddr *address)
{
  struct sockaddr_in ipv4;
  struct sockaddr_in6 ipv6;

  switch (address->sa_family) {
  case AF_INET:
    memcpy(&ipv4, address, sizeof(ipv4));
    return is_public_ipv4((const uint8_t *)&ipv4.sin_addr);
  case AF_INET6:
    memcpy(&ipv6, address, sizeof(ipv6));
    return is_public_ipv6(ipv6.sin6_addr.s6_addr);
  default:
    return false;
  }
}

bool pc_address_text_is_public(const char *text)
{
  uint8_t ipv4[IPV4_SIZE];
  uint8_t ipv6[IPV6_SIZE];

  if (inet_pton(AF_INET, text, ipv4) == 1)
    return is_public_ipv4(ipv4);
  return inet_pton(AF_INET6, text, ipv6) == 1 && is_public_ipv6(ipv6);
}
