/*
 * address.h - may the whole world be reached at this address?
 *
 * Private, loopback, link-local and other special-purpose addresses are places
 * inside somebody's network: whoever may choose a host name freely must not
 * reach them through us. After the IANA special-purpose registries (RFC 6890),
 * and what clouds keep for their machines among public addresses.
 * Thread: any.
 */
#ifndef PC_POLICY_ADDRESS_H
#define PC_POLICY_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Borrows `address`. False for everything but IPv4 and IPv6, too. */
bool pc_address_is_public(const struct sockaddr *address);

/* Likewise of an address as text; false for what is none. */
bool pc_address_text_is_public(const char *text);

#endif
