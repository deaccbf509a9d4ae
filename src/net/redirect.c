#include "net/redirect.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wire/http/head.h"

bool pc_redirect_is_status(long http_status)
{
  switch (http_status) {
  case 301:
  case 302:
  case 303:
  case 307:
  case 308:
    return true;
  default:
    return false;
  }
}

static bool has_same_part(CURLU *a, CURLU *b, CURLUPart part)
{
  char *of_a = NULL;
  char *of_b = NULL;
  bool is_same =
      curl_url_get(a, part, &of_a, CURLU_DEFAULT_PORT) == CURLUE_OK &&
      curl_url_get(b, part, &of_b, CURLU_DEFAULT_PORT) == CURLUE_OK &&
      strcasecmp(of_a, of_b) == 0;

  curl_free(of_a);
  curl_free(of_b);
  return is_same;
}

bool pc_redirect_is_same_origin(const char *from, const char *to)
{
  CURLU *a = curl_url();
  CURLU *b = curl_url();
  bool is_same = a && b &&
                 curl_url_set(a, CURLUPART_URL, from, 0) == CURLUE_OK &&
                 curl_url_set(b, CURLUPART_URL, to, 0) == CURLUE_OK &&
                 has_same_part(a, b, CURLUPART_SCHEME) &&
                 has_same_part(a, b, CURLUPART_HOST) &&
                 has_same_part(a, b, CURLUPART_PORT);

  curl_url_cleanup(a);
  curl_url_cleanup(b);
  return is_same;
}

/* `location` seen from `from`; what is no URL stands for itself. */
static char *resolve(const char *from, const char *location)
{
  CURLU *url = curl_url();
  char *whole = NULL;
  char *place = NULL;

  if (url && curl_url_set(url, CURLUPART_URL, from, 0) == CURLUE_OK &&
      curl_url_set(url, CURLUPART_URL, location, CURLU_NON_SUPPORT_SCHEME) ==
          CURLUE_OK)
    curl_url_get(url, CURLUPART_URL, &whole, 0);
  place = strdup(whole ? whole : location);
  curl_free(whole);
  curl_url_cleanup(url);
  return place;
}

char *pc_redirect_place(const struct pc_bytes *head, const char *from)
{
  struct pc_text value = {0};
  char *location = NULL;
  char *place = NULL;

  if (!pc_http_head_find(head->data, head->size, "location", &value) ||
      !value.size)
    return NULL;
  location = strndup(value.data, value.size);
  if (location)
    place = resolve(from, location);
  free(location);
  return place;
}

const char *pc_redirect_words(const char *place, unsigned followed)
{
  if (!place)
    return "the redirect names no place that can be asked";
  if (followed == PC_REDIRECT_MOST)
    return "redirected more than 5 times";
  return "redirects are followed within the same origin only";
}

enum pc_method pc_redirect_method(long http_status, enum pc_method method)
{
  if (http_status == 303 && method != PC_METHOD_HEAD)
    return PC_METHOD_GET;
  if ((http_status == 301 || http_status == 302) && method == PC_METHOD_POST)
    return PC_METHOD_GET;
  return method;
}
