/*
 * In place of the framework's header, which comes with Xcode alone. libcurl calls
 * this one function for a side effect: on networks with IPv6 only, IPv4 literals
 * are then resolved as well. Linked without the framework, they are not.
 */
#ifndef PC_SC_DYNAMIC_STORE_COPY_SPECIFIC_H
#define PC_SC_DYNAMIC_STORE_COPY_SPECIFIC_H

#include <stddef.h>

typedef const void *CFDictionaryRef;

#define SCDynamicStoreCopyProxies(store) ((CFDictionaryRef)NULL)
#define CFRelease(object) ((void)(object))

#endif
