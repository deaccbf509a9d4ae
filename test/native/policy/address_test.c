#include "harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "policy/address.h"

static bool is_public(const char *text)
{
  struct sockaddr_in ipv4 = {.sin_family = AF_INET};
  struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};

  if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1)
    return pc_address_is_public((const struct sockaddr *)&ipv4);
  if (!CHECK(inet_pton(AF_INET6, text, &ipv6.sin6_addr) == 1))
    return false;
  return pc_address_is_public((const struct sockaddr *)&ipv6);
}

static void check_all(const char *const *texts, size_t count, bool expected)
{
  for (size_t i = 0; i < count; i++)
    if (!CHECK(is_public(texts[i]) == expected))
      printf("  %s\n", texts[i]);
}

#define CHECK_ALL(texts, expected)                                             \
  check_all(texts, sizeof(texts) / sizeof((texts)[0]), expected)

static void addresses_of_the_internet_are_public(void)
{
  static const char *const texts[] = {
      "1.1.1.1",        "8.8.8.8",         "9.255.255.255",   "11.0.0.0",
      "100.63.255.255", "100.128.0.0",     "126.255.255.255", "128.0.0.0",
      "169.253.0.1",    "168.63.129.15",   "168.63.129.17",   "172.15.255.255",
      "172.32.0.0",     "192.167.255.255", "192.169.0.0",     "198.17.0.1",
      "198.20.0.0",     "223.255.255.255"};

  CHECK_ALL(texts, true);
}

static void special_addresses_are_not_public(void)
{
  static const char *const texts[] = {
      "0.0.0.0",        "10.0.0.1",        "100.64.0.1",      "100.127.255.255",
      "127.0.0.1",      "127.255.255.254", "169.254.169.254", "168.63.129.16",
      "172.16.0.1",     "172.31.255.255",  "192.0.0.8",       "192.0.2.1",
      "192.168.1.1",    "198.18.0.1",      "198.19.255.255",  "198.51.100.7",
      "203.0.113.9",    "224.0.0.1",       "239.255.255.255", "240.0.0.1",
      "255.255.255.255"};

  CHECK_ALL(texts, false);
}

static void global_unicast_ipv6_is_public(void)
{
  static const char *const texts[] = {"2606:4700::1111", "2a00:1450::1",
                                      "2001:200::1", "3ffe::1"};

  CHECK_ALL(texts, true);
}

static void special_ipv6_is_not_public(void)
{
  static const char *const texts[] = {
      "::",      "::1",         "fe80::1",     "fc00::1", "fdff::1",
      "ff02::1", "2001::1",     "2001:db8::1", "100::1",  "3fff::1",
      "4000::1", "2001:1ff::1", "::127.0.0.1", "5f00::1"};

  CHECK_ALL(texts, false);
}

static void an_embedded_ipv4_address_decides(void)
{
  static const char *const open[] = {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
                                     "2002:808:808::1"};
  static const char *const closed[] = {"::ffff:127.0.0.1", "::ffff:10.0.0.1",
                                       "64:ff9b::169.254.169.254",
                                       "2002:7f00:1::1"};

  CHECK_ALL(open, true);
  CHECK_ALL(closed, false);
}

static void other_families_are_not_public(void)
{
  struct sockaddr address = {.sa_family = AF_UNIX};

  CHECK(!pc_address_is_public(&address));
}

static void a_text_that_is_no_address_is_not_public(void)
{
  static const char *const texts[] = {"", "localhost", "8.8.8", "fe80::1%lo",
                                      "[2606:4700::1111]"};

  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
    CHECK(!pc_address_text_is_public(texts[i]));
  CHECK(pc_address_text_is_public("8.8.8.8"));
  CHECK(!pc_address_text_is_public("10.0.0.1"));
  CHECK(pc_address_text_is_public("64:ff9b::808:808"));
  CHECK(!pc_address_text_is_public("64:ff9b::a00:1"));
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(addresses_of_the_internet_are_public),
      TEST(special_addresses_are_not_public),
      TEST(global_unicast_ipv6_is_public),
      TEST(special_ipv6_is_not_public),
      TEST(an_embedded_ipv4_address_decides),
      TEST(a_text_that_is_no_address_is_not_public),
      TEST(other_families_are_not_public),
  };
  return HARNESS_RUN(tests);
}
