#include "harness.h"
#include "splice_joined.h"

static void check_two(const char *one, const char *other, const char *expected)
{
  const struct joined_answer answers[] = {{0, 1, one}, {1, 1, other}};

  joined_check(PC_SPLICE_EMBEDDINGS, false, false, answers, 2, expected);
}

static void check_one(const char *one, const char *expected)
{
  const struct joined_answer answers[] = {{0, 1, one}};

  joined_check(PC_SPLICE_EMBEDDINGS, false, false, answers, 1, expected);
}

static void counts_of_usage_are_added_up_where_they_stand(void)
{
  check_two("{\"data\":[{\"index\":0}],\"usage\":{\"prompt_tokens\": 9 ,"
            "\"cost\":0.5,\"details\":{\"a\":1},\"total_tokens\":95}}",
            "{\"usage\":{\"total_tokens\":5,\"prompt_tokens\":1},"
            "\"data\":[{\"index\":0}]}",
            "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{"
            "\"prompt_tokens\": 10 ,\"cost\":0.5,\"details\":{\"a\":1},"
            "\"total_tokens\":100},$M}");
}

static void usage_in_front_of_the_items_is_added_up_too(void)
{
  check_two("{ \"usage\" : {\"a\":1} , \"data\" : [ {\"index\":0} ] }",
            "{\"usage\":{\"a\":2},\"data\":[{\"index\":0}]}",
            "{ \"usage\" : {\"a\":3} , \"data\" : [ {\"index\":0} "
            ",{\"index\":1}] ,$M}");
}

static void counts_that_only_later_answers_have_are_added_behind(void)
{
  static const char later[] = "{\"data\":[{\"index\":0}],\"usage\":{\"a\":2,"
                              "\"b\":3}}";

  check_two("{\"data\":[{\"index\":0}],\"usage\":{\"a\":1}}", later,
            "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{\"a\":3,\"b\":3"
            "},$M}");
  check_two(
      "{\"data\":[{\"index\":0}],\"usage\":{ }}", later,
      "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{ \"a\":2,\"b\":3"
      "},$M}");
  check_two("{\"data\":[{\"index\":0}],\"usage\":{\"c\":null}}", later,
            "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{\"c\":null,"
            "\"a\":2,\"b\":3},$M}");
  check_two("{\"data\":[{\"index\":0}],\"usage\":null}", later,
            "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{\"a\":2,\"b\":3"
            "},$M}");
  check_two("{\"data\":[{\"index\":0}]}", later,
            "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{\"a\":2,\"b\":3"
            "},$M}");
}

static void usage_without_counts_stays_as_it_is(void)
{
  check_two("{\"data\":[{\"index\":0}],\"usage\":\"n/a\"}",
            "{\"data\":[{\"index\":0}]}",
            "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":\"n/a\",$M}");
  check_two("{\"data\":[{\"index\":0}],\"usage\":{\"a\":1}}",
            "{\"data\":[{\"index\":0}]}",
            "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{\"a\":1},$M}");
}

static void one_answer_alone_keeps_every_byte(void)
{
  check_one(" { \"data\" : [ {\"index\":0,\"embedding\":[1.50,-0,1E5]} ] , "
            "\"usage\" : {\"a\": 99999999999999999999 } , \"x\":{} } \n",
            " { \"data\" : [ {\"index\":0,\"embedding\":[1.50,-0,1E5]} ] , "
            "\"usage\" : {\"a\": 99999999999999999999 } , \"x\":{} ,$M} \n");
  check_one("{\"usage\":{\"a\":1},\"data\":[{\"index\":0}]}",
            "{\"usage\":{\"a\":1},\"data\":[{\"index\":0}],$M}");
}

static void metadata_of_a_proxy_before_us_is_left_out(void)
{
  check_one("{\"proxy_metadata\":{\"a\":[1]} , \"data\":[{\"index\":0}]}",
            "{\"data\":[{\"index\":0}],$M}");
  check_one("{\"data\":[{\"index\":0}],\"proxy_metadata\":{\"a\":[1]}}",
            "{\"data\":[{\"index\":0}],$M}");
  check_one("{\"data\":[{\"index\":0}],\"proxy\\u005fmetadata\":1,\"x\":2}",
            "{\"data\":[{\"index\":0}],\"x\":2,$M}");
  check_one("{\"a\":1,\"proxy_metadata\":1,\"usage\":{},\"data\":[{\"index\":0}"
            "]}",
            "{\"a\":1,\"usage\":{},\"data\":[{\"index\":0}],$M}");
  check_one("{\"proxy_metadata\":1,\"usage\":{\"a\":1},\"data\":[{\"index\":0}]"
            "}",
            "{\"usage\":{\"a\":1},\"data\":[{\"index\":0}],$M}");
  check_two("{\"data\":[{\"index\":0}],\"usage\":{\"a\":1},\"proxy_metadata\":1"
            ",\"x\":2}",
            "{\"proxy_metadata\":5,\"data\":[{\"index\":0}],\"usage\":{\"a\":1}"
            "}",
            "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{\"a\":2},"
            "\"x\":2,$M}");
}

static void a_byte_order_mark_is_left_out(void)
{
  check_one("\xef\xbb\xbf{\"data\":[{\"index\":0}],\"a\":1}",
            "{\"data\":[{\"index\":0}],\"a\":1,$M}");
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(counts_of_usage_are_added_up_where_they_stand),
      TEST(usage_in_front_of_the_items_is_added_up_too),
      TEST(counts_that_only_later_answers_have_are_added_behind),
      TEST(usage_without_counts_stays_as_it_is),
      TEST(one_answer_alone_keeps_every_byte),
      TEST(metadata_of_a_proxy_before_us_is_left_out),
      TEST(a_byte_order_mark_is_left_out)};

  return HARNESS_RUN(tests);
}
