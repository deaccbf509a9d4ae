/* For LD_PRELOAD: a resolver that takes its time, and then knows nothing. */
#include <netdb.h>
#include <unistd.h>

int getaddrinfo(const char *node,
                const char *service,
                const struct addrinfo *hints,
                struct addrinfo **out)
{
  (void)node;
  (void)service;
  (void)hints;
  *out = NULL;
  sleep(5);
  return EAI_AGAIN;
}
