/*
 * address.h - may the whole world be reached at this address?
 *
 * Private, loopback, link-local and other special-purpose addresses are places
 * inside somebody's network: whoever may choose a host name freely must not
 * reach them through us. After the IANA special-purpose registries (RFC 6890).
 * Thread: any.
 */
#ifndef PC_POLICY_ADDRESS_H
#define PC_POLICY_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Borrows `address`. False for everything but IPv4 and IPv6, too. */
bool pc_address_is_public(const struct sockaddr *address);

#endif
