/*
 * A body that is cut can be put together again: prefix, inputs and suffix are
 * JSON, and are cut the same once more.
 * Knobs from the end: the form, whether there are defaults.
 */
#include "fuzz.h"
#include "plain_json.h"

#include "wire/splice/request.h"

enum { MAX_DEPTH = 512 };

static void write_text(struct pc_bytes *out, struct pc_text text)
{
  REQUIRE(pc_bytes_append(out, text.data, text.size) == PC_OK);
}

static struct pc_text text_of(const struct pc_bytes *bytes)
{
  return (struct pc_text){.data = bytes->data, .size = bytes->size};
}

static void join(const struct pc_splice_request *request, struct pc_bytes *out)
{
  pc_bytes_init(out, (size_t)1 << 24);
  write_text(out, text_of(&request->prefix));
  for (uint32_t i = 0; i < request->items.count; i++) {
    if (i)
      write_text(out, (struct pc_text){.data = ",", .size = 1});
    write_text(out, pc_texts_at(&request->items, i));
  }
  write_text(out, text_of(&request->suffix));
}

static void check_items(const struct pc_splice_request *request)
{
  for (uint32_t i = 0; i < request->items.count; i++) {
    struct pc_text item = pc_texts_at(&request->items, i);
    char *copy = fuzz_copy_text(item.data, item.size);

    REQUIRE(plain_is_json(copy, item.size, MAX_DEPTH));
    REQUIRE(pc_splice_chars(item) <= item.size);
    free(copy);
  }
}

static bool same_text(struct pc_text one, struct pc_text other)
{
  return one.size == other.size &&
         (!one.size || memcmp(one.data, other.data, one.size) == 0);
}

static void check_again(const struct pc_splice_request *request,
                        enum pc_splice_form form,
                        struct pc_text defaults)
{
  struct pc_splice_request again;
  struct pc_bytes body;
  struct pc_fault fault;

  join(request, &body);
  REQUIRE(plain_is_json(body.data, body.size, MAX_DEPTH));
  pc_splice_request_init(&again);
  REQUIRE(pc_splice_request_read(form, text_of(&body), defaults, &again,
                                 &fault) == PC_OK);
  REQUIRE(same_text(text_of(&request->prefix), text_of(&again.prefix)));
  REQUIRE(same_text(text_of(&request->suffix), text_of(&again.suffix)));
  REQUIRE(request->items.count == again.items.count);
  REQUIRE(request->is_whole == again.is_whole);
  for (uint32_t i = 0; i < again.items.count; i++)
    REQUIRE(same_text(pc_texts_at(&request->items, i),
                      pc_texts_at(&again.items, i)));
  pc_splice_request_deinit(&again);
  pc_bytes_deinit(&body);
}

static void check_refused(const struct pc_splice_request *request,
                          enum pc_status status,
                          const struct pc_fault *fault)
{
  REQUIRE(status == PC_BAD_BODY || status == PC_TOKEN_INPUTS ||
          status == PC_NOT_A_BATCH);
  REQUIRE(!*fault->reason == (status == PC_TOKEN_INPUTS));
  REQUIRE(!request->items.count && !request->prefix.size);
  REQUIRE(!request->suffix.size && !request->url_path.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const enum pc_splice_form forms[] = {
      PC_SPLICE_EMBEDDINGS, PC_SPLICE_RERANK, PC_SPLICE_CLASSIFY,
      PC_SPLICE_GENERIC};
  static const char some[] = "{\"model\":\"m\",\"a\":[{}]}";
  enum pc_splice_form form = forms[fuzz_take_knob(data, &size) & 3];
  const char *defaults_text = fuzz_take_knob(data, &size) & 1 ? some : "{}";
  struct pc_text defaults = {.data = defaults_text,
                             .size = strlen(defaults_text)};
  char *body = fuzz_copy(data, size);
  struct pc_splice_request request;
  struct pc_fault fault = {0};
  enum pc_status status = PC_OK;

  pc_splice_request_init(&request);
  status =
      pc_splice_request_read(form, (struct pc_text){.data = body, .size = size},
                             defaults, &request, &fault);
  free(body);
  if (status != PC_OK)
    check_refused(&request, status, &fault);
  else if (form == PC_SPLICE_GENERIC)
    REQUIRE(request.url_path.data[0] == '/' && request.items.count);
  else
    check_again(&request, form, defaults);
  check_items(&request);
  pc_splice_request_deinit(&request);
  return 0;
}
