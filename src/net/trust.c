#include "net/trust.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef PC_BUNDLED_TLS

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

struct pc_trust {
  char *pem;         /* until the first connection has parsed it */
  X509_STORE *store; /* NULL until then */
};

enum pc_status pc_trust_create(const char *pem, struct pc_trust **out)
{
  struct pc_trust *trust = calloc(1, sizeof(*trust));

  *out = trust;
  if (!trust)
    return PC_NO_MEMORY;
  trust->pem = strdup(pem);
  if (trust->pem)
    return PC_OK;
  pc_trust_destroy(trust);
  *out = NULL;
  return PC_NO_MEMORY;
}

void pc_trust_destroy(struct pc_trust *trust)
{
  if (!trust)
    return;
  X509_STORE_free(trust->store);
  free(trust->pem);
  free(trust);
}

/* False at the end of the text. A certificate that is none is passed over. */
static bool add_next(X509_STORE *store, BIO *text)
{
  X509 *root = PEM_read_bio_X509(text, NULL, NULL, NULL);
  uint32_t error = root ? 0 : ERR_peek_last_error();
  bool is_end = ERR_GET_LIB(error) == ERR_LIB_PEM &&
                ERR_GET_REASON(error) == PEM_R_NO_START_LINE;

  if (root)
    X509_STORE_add_cert(store, root);
  X509_free(root);
  ERR_clear_error();
  return !is_end;
}

/*
 * A root of an intermediate authority, or a server's own certificate, is
 * enough of a chain, as it is to libcurl's own store.
 */
static X509_STORE *parse(const char *pem)
{
  BIO *text = BIO_new_mem_buf(pem, -1);
  X509_STORE *store = text ? X509_STORE_new() : NULL;

  if (store) {
    X509_STORE_set_flags(store,
                         X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    while (add_next(store, text))
      continue;
  }
  BIO_free(text);
  return store;
}

static CURLcode on_context(CURL *easy, void *ssl_context, void *context)
{
  struct pc_trust *trust = context;

  (void)easy;
  if (!trust->store) {
    trust->store = parse(trust->pem);
    if (!trust->store)
      return CURLE_OUT_OF_MEMORY;
    free(trust->pem);
    trust->pem = NULL;
  }
  X509_STORE_up_ref(trust->store);
  SSL_CTX_set_cert_store(ssl_context, trust->store);
  return CURLE_OK;
}

/* A proxy's TLS is set up by the same callback. */
CURLcode pc_trust_apply(struct pc_trust *trust, CURL *easy)
{
  CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, trust);

  return code ? code
              : curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
}

#else

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct pc_trust {
  int file;
  char path[64]; /* by which libcurl opens it */
};

#ifdef MFD_CLOEXEC
static int make_file(char path[64])
{
  int file = memfd_create("trusted-roots", MFD_CLOEXEC);

  snprintf(path, 64, "/proc/self/fd/%d", file);
  return file;
}

static void remove_file(const struct pc_trust *trust)
{
  close(trust->file);
}
#else
static int make_file(char path[64])
{
  snprintf(path, 64, "/tmp/trusted-roots-XXXXXX");
  return mkstemp(path);
}

static void remove_file(const struct pc_trust *trust)
{
  unlink(trust->path);
  close(trust->file);
}
#endif

static bool write_all(int file, const char *data, size_t size)
{
  while (size) {
    ssize_t written = write(file, data, size);

    if (written < 0)
      return false;
    data += written;
    size -= (size_t)written;
  }
  return true;
}

enum pc_status pc_trust_create(const char *pem, struct pc_trust **out)
{
  struct pc_trust *trust = calloc(1, sizeof(*trust));

  *out = NULL;
  if (!trust)
    return PC_NO_MEMORY;
  trust->file = make_file(trust->path);
  if (trust->file >= 0 && write_all(trust->file, pem, strlen(pem))) {
    *out = trust;
    return PC_OK;
  }
  pc_trust_destroy(trust);
  return PC_SYSTEM_ERROR;
}

void pc_trust_destroy(struct pc_trust *trust)
{
  if (!trust)
    return;
  if (trust->file >= 0)
    remove_file(trust);
  free(trust);
}

CURLcode pc_trust_apply(struct pc_trust *trust, CURL *easy)
{
  CURLcode code = curl_easy_setopt(easy, CURLOPT_CAINFO, trust->path);

  code = code ? code : curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  code =
      code ? code : curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, trust->path);
  return code ? code : curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
}

#endif
