#include "harness.h"

#include "base/bytes.h"
#include "wire/vectors/base64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Writes base64 the slow and obvious way: bit by bit. Gives its size. */
static size_t encode(const unsigned char *bytes, size_t size, char *text)
{
  size_t at = 0;

  for (size_t bit = 0; bit < size * 8; bit += 6) {
    unsigned value = 0;

    for (size_t i = bit; i < bit + 6; i++)
      value = value << 1 | (i < size * 8 && bytes[i / 8] >> (7 - i % 8) & 1);
    text[at++] = alphabet[value];
  }
  while (at % 4)
    text[at++] = '=';
  return at;
}

/* Decodes from memory of just the right size, so that ASan can see. */
static enum pc_status
decode_exact(const char *text, size_t size, struct pc_bytes *out)
{
  char *copy = malloc(size ? size : 1);
  enum pc_status status = PC_OK;

  if (!copy)
    abort();
  memcpy(copy, text, size);
  status = pc_base64_decode(copy, size, out);
  free(copy);
  return status;
}

static void check_decodes(const char *text, const char *expected)
{
  struct pc_bytes out;

  pc_bytes_init(&out, 1 << 10);
  CHECK_NUMBER(decode_exact(text, strlen(text), &out), PC_OK);
  CHECK_TEXT(out.data ? out.data : "", expected);
  pc_bytes_deinit(&out);
}

static void check_refused(const char *text, size_t size)
{
  struct pc_bytes out;

  pc_bytes_init(&out, 1 << 10);
  CHECK_NUMBER(pc_bytes_append_text(&out, "kept"), PC_OK);
  if (!CHECK_NUMBER(decode_exact(text, size, &out), PC_PARSE_ERROR))
    printf("in: %.*s\n", (int)size, text);
  CHECK_NUMBER(out.size, strlen("kept"));
  CHECK_TEXT(out.data, "kept");
  pc_bytes_deinit(&out);
}

static void the_vectors_of_rfc_4648_decode(void)
{
  check_decodes("", "");
  check_decodes("Zg==", "f");
  check_decodes("Zm8=", "fo");
  check_decodes("Zm9v", "foo");
  check_decodes("Zm9vYg==", "foob");
  check_decodes("Zm9vYmE=", "fooba");
  check_decodes("Zm9vYmFy", "foobar");
}

static void random_bytes_of_every_size_survive(void)
{
  uint64_t state = 1;
  struct pc_bytes out;

  pc_bytes_init(&out, 1 << 10);
  for (size_t size = 0; size < 300; size++) {
    unsigned char bytes[300];
    char text[408];

    for (size_t i = 0; i < size; i++)
      bytes[i] = (unsigned char)harness_random(&state);
    pc_bytes_clear(&out);
    CHECK_NUMBER(decode_exact(text, encode(bytes, size, text), &out), PC_OK);
    if (CHECK_NUMBER(out.size, size) && size)
      CHECK(memcmp(out.data, bytes, size) == 0);
  }
  pc_bytes_deinit(&out);
}

static void a_float32_decodes_to_its_little_endian_bytes(void)
{
  struct pc_bytes out;

  pc_bytes_init(&out, 8);
  CHECK_NUMBER(decode_exact("AACAPwAAAMA=", 12, &out), PC_OK);
  CHECK_NUMBER(out.size, 8);
  CHECK(memcmp(out.data, "\0\0\x80\x3f\0\0\0\xc0", 8) == 0);
  pc_bytes_deinit(&out);
}

static void bytes_go_behind_what_is_there(void)
{
  struct pc_bytes out;

  pc_bytes_init(&out, 100);
  CHECK_NUMBER(pc_bytes_append_text(&out, "x"), PC_OK);
  CHECK_NUMBER(decode_exact("Zm9v", 4, &out), PC_OK);
  CHECK_NUMBER(decode_exact("YmE=", 4, &out), PC_OK);
  CHECK_TEXT(out.data, "xfooba");
  pc_bytes_deinit(&out);
}

static void a_byte_outside_the_alphabet_is_refused_at_every_place(void)
{
  for (int byte = 0; byte < 256; byte++) {
    if (byte && strchr(alphabet, byte))
      continue;
    for (size_t place = 0; place < 48; place++) {
      char text[] = "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy";

      text[place] = (char)byte;
      if (byte != '=' || place != 47)
        check_refused(text, 48);
    }
  }
}

static void a_size_that_is_not_of_quads_is_refused(void)
{
  check_refused("Z", 1);
  check_refused("Zg", 2);
  check_refused("Zg=", 3);
  check_refused("Zm9vY", 5);
  check_refused("Zm9vYg=", 7);
}

static void misplaced_padding_is_refused(void)
{
  check_refused("====", 4);
  check_refused("Z===", 4);
  check_refused("Zg==Zg==", 8);
  check_refused("Zm8=Zm9v", 8);
  check_refused("Zg=A", 4);
  check_refused("=m9v", 4);
  check_refused("Zm9v====", 8);
}

static void bits_behind_the_last_byte_must_be_zero(void)
{
  for (size_t i = 0; i < strlen(alphabet); i++) {
    char two[] = "Zm?=";
    char one[] = "Z?==";

    two[2] = alphabet[i];
    one[1] = alphabet[i];
    if (i % 4)
      check_refused(two, 4);
    if (i % 16)
      check_refused(one, 4);
  }
  check_decodes("Zm8=", "fo");
  check_decodes("Zw==", "g");
}

static void text_past_the_ceiling_is_refused_and_up_to_it_decodes(void)
{
  struct pc_bytes out;

  pc_bytes_init(&out, 4);
  CHECK_NUMBER(decode_exact("Zm9vYmE=", 8, &out), PC_TOO_LARGE);
  CHECK_NUMBER(out.size, 0);
  CHECK_NUMBER(decode_exact("Zm9vYg==", 8, &out), PC_OK);
  CHECK_TEXT(out.data, "foob");
  pc_bytes_deinit(&out);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(the_vectors_of_rfc_4648_decode),
      TEST(random_bytes_of_every_size_survive),
      TEST(a_float32_decodes_to_its_little_endian_bytes),
      TEST(bytes_go_behind_what_is_there),
      TEST(a_byte_outside_the_alphabet_is_refused_at_every_place),
      TEST(a_size_that_is_not_of_quads_is_refused),
      TEST(misplaced_padding_is_refused),
      TEST(bits_behind_the_last_byte_must_be_zero),
      TEST(text_past_the_ceiling_is_refused_and_up_to_it_decodes),
  };

  return HARNESS_RUN(tests);
}
