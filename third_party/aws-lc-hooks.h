/*
 * AWS-LC asks at link time for an allocator of the program around it, by weak
 * symbols. Hidden ones are settled as absent when the addon is linked; others
 * would stay open, for whatever process loads the addon to fill.
 */
#pragma GCC visibility push(hidden)
#include <stddef.h>

void *OPENSSL_memory_alloc(size_t size);
void OPENSSL_memory_free(void *block);
size_t OPENSSL_memory_get_size(void *block);
void *OPENSSL_memory_realloc(void *block, size_t size);
void sdallocx(void *block, size_t size, int flags);
#pragma GCC visibility pop
