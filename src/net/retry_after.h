/*
 * retry_after.h - when a server wants to be asked again.
 *
 * retry-after-ms (milliseconds) first, then Retry-After (RFC 9110, 10.2.3:
 * seconds or a date). Thread: engine.
 */
#ifndef PC_NET_RETRY_AFTER_H
#define PC_NET_RETRY_AFTER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Milliseconds from now on, at most a minute; 0 when the answer with this head
 * does not say, or names a moment that has passed.
 */
uint64_t
pc_retry_after_ms(const char *head, size_t size, uint64_t now_epoch_ms);

#endif
