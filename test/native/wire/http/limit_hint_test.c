#include "harness.h"

#include "wire/http/limit_hint.h"

static bool hints(long http_status, const char *body)
{
  return pc_limit_hint(http_status, body, strlen(body));
}

static void a_413_always_means_the_size(void)
{
  CHECK(hints(413, ""));
}

static void bodies_that_speak_of_size_mean_it(void)
{
  CHECK(hints(422, "{\"error\":\"batch size 64 > maximum allowed 32\"}"));
  CHECK(hints(400, "This model's Maximum Context Length is 8192 Tokens"));
  CHECK(hints(400, "input is TOO LONG"));
  CHECK(hints(400, "total number of texts must be at most 96 - received 97"));
  CHECK(hints(422, "`inputs` must have less than 512 tokens. Given: 600"));
  CHECK(hints(400, "payload exceeds 2 MB"));
  CHECK(hints(400, "Invalid 'input': array too long, expected at most 2048"));
}

static void one_word_alone_does_not(void)
{
  CHECK(!hints(400, "{\"error\":\"invalid token\"}"));
  CHECK(!hints(400, "{\"error\":\"dimensions exceeds 1024\"}"));
  CHECK(!hints(400, "{\"error\":\"batch is no known member\"}"));
  CHECK(!hints(400, "{\"error\":\"invalid token\",\"hint\":\"maximum\"}"));
}

static void the_range_of_one_value_does_not(void)
{
  CHECK(!hints(422, "{\"detail\":[{\"loc\":[\"body\",\"dimensions\"],\"msg\":"
                    "\"Input should be less than or equal to 2048\"}]}"));
  CHECK(!hints(400, "max_tokens must be less than 4096"));
}

static void other_refusals_do_not(void)
{
  CHECK(!hints(422, "{\"error\":\"field model is required\"}"));
  CHECK(!hints(400, ""));
  CHECK(!hints(401, "invalid token"));
  CHECK(!hints(500, "batch size"));
}

static void names_of_members_do_not(void)
{
  CHECK(!hints(400, "{\"max_tokens\":0,\"error\":\"no such model\"}"));
}

static void the_caller_s_own_words_do_not(void)
{
  CHECK(!hints(422, "{\"detail\":[{\"msg\":\"Field required\",\"input\":"
                    "{\"input\":[\"a batch of tokens\"]}}]}"));
  CHECK(!hints(422, "{\"error\":\"bad\",\"texts\":[\"too long\"]}"));
}

static void words_count_however_deep_they_stand(void)
{
  CHECK(hints(422,
              "{\"detail\":[{\"input\":\"x\","
              "\"msg\":\"List should have at most 32 items: Too Many\"}]}"));
  CHECK(hints(400, "[[{\"a\":{\"b\":\"maximum batch\"}}]]"));
}

static void a_cut_body_is_read_as_plain_text(void)
{
  CHECK(hints(422, "{\"error\":\"batch exceeds 32\",\"input\":[\"a"));
  CHECK(hints(400, "\xef\xbb\xbf{\"error\":\"too many tokens\""));
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(a_413_always_means_the_size),
      TEST(bodies_that_speak_of_size_mean_it),
      TEST(one_word_alone_does_not),
      TEST(the_range_of_one_value_does_not),
      TEST(other_refusals_do_not),
      TEST(names_of_members_do_not),
      TEST(the_caller_s_own_words_do_not),
      TEST(words_count_however_deep_they_stand),
      TEST(a_cut_body_is_read_as_plain_text),
  };
  return HARNESS_RUN(tests);
}
