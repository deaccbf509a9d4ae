#include "harness.h"

#include "policy/selection.h"

enum { A = 1, B = 2, C = 4, ALL = A | B | C };

static const double EQUAL[] = {1, 1, 1};

static struct pc_selection made(const double *weights)
{
  struct pc_selection selection;

  pc_selection_init(&selection, weights, 3, 0.25);
  return selection;
}

static struct pc_selection_answer ask(struct pc_selection_state state)
{
  struct pc_selection selection = made(EQUAL);

  return pc_selection_ask(&selection, state);
}

static void what_is_well_and_untried_comes_first(void)
{
  struct pc_selection_state state = {.healthy = A | B, .open = ALL};

  CHECK_NUMBER(ask(state).now, A | B);
  state.tried = A;
  CHECK_NUMBER(ask(state).now, B);
  state.tried = A | B;
  CHECK_NUMBER(ask(state).now, A | B);
}

static void without_anything_well_the_untried_come_then_all(void)
{
  struct pc_selection_state state = {.open = ALL, .tried = A};

  CHECK_NUMBER(ask(state).now, B | C);
  state.tried = ALL;
  CHECK_NUMBER(ask(state).now, ALL);
}

static void what_is_closed_is_awaited_not_replaced_by_what_ails(void)
{
  struct pc_selection_state state = {.healthy = A | B, .open = C};
  struct pc_selection_answer answer = ask(state);

  CHECK_NUMBER(answer.now, 0);
  CHECK_NUMBER(answer.awaited, A | B);
}

static void a_tried_one_that_is_well_and_open_need_not_wait(void)
{
  struct pc_selection_state state = {
      .healthy = A | B, .open = A | C, .tried = A};

  CHECK_NUMBER(ask(state).now, A);
}

static void a_pin_holds_while_its_endpoint_is_well(void)
{
  struct pc_selection_state state = {.healthy = ALL, .open = ALL, .pinned = B};

  CHECK_NUMBER(ask(state).now, B);
  state.open = A | C;
  CHECK_NUMBER(ask(state).now, 0);
  CHECK_NUMBER(ask(state).awaited, B);
  state.healthy = A | C;
  CHECK_NUMBER(ask(state).now, A | C);
}

static void weight_zero_stands_by(void)
{
  static const double WEIGHTS[] = {0, 1, 1};
  struct pc_selection selection = made(WEIGHTS);
  struct pc_selection_state state = {.healthy = ALL, .open = A};

  CHECK_NUMBER(pc_selection_ask(&selection, state).now, 0);
  state.tried = B | C;
  CHECK_NUMBER(pc_selection_ask(&selection, state).now, A);
  state = (struct pc_selection_state){.healthy = A, .open = ALL};
  CHECK_NUMBER(pc_selection_ask(&selection, state).now, A);
  CHECK_NUMBER(pc_selection_draw(&selection, A), 0);
}

static void draws_keep_the_weights_also_over_a_few(void)
{
  static const double WEIGHTS[] = {1, 2, 5};
  struct pc_selection selection = made(WEIGHTS);
  long counts[3] = {0};

  for (int i = 0; i < 80; i++)
    counts[pc_selection_draw(&selection, ALL)]++;
  CHECK(labs(counts[0] - 10) <= 2);
  CHECK(labs(counts[1] - 20) <= 2);
  CHECK(labs(counts[2] - 50) <= 2);
}

static void draws_stay_in_their_set(void)
{
  struct pc_selection selection = made(EQUAL);
  long counts[3] = {0};

  for (int i = 0; i < 100; i++)
    counts[pc_selection_draw(&selection, A | C)]++;
  CHECK_NUMBER(counts[1], 0);
  CHECK(labs(counts[0] - counts[2]) <= 4);
}

static void sixty_four_endpoints_have_a_bit_each(void)
{
  double weights[PC_SELECTION_MOST];
  pc_endpoint_set drawn = 0;
  struct pc_selection selection;

  for (int i = 0; i < PC_SELECTION_MOST; i++)
    weights[i] = 1;
  pc_selection_init(&selection, weights, PC_SELECTION_MOST, 0);
  CHECK(pc_selection_all(&selection) == UINT64_MAX);
  for (int i = 0; i < 20 * PC_SELECTION_MOST; i++)
    drawn |= UINT64_C(1) << pc_selection_draw(&selection, UINT64_MAX);
  CHECK(drawn == UINT64_MAX);
}

int main(void)
{
  static const struct harness_test tests[] = {
      TEST(what_is_well_and_untried_comes_first),
      TEST(without_anything_well_the_untried_come_then_all),
      TEST(what_is_closed_is_awaited_not_replaced_by_what_ails),
      TEST(a_tried_one_that_is_well_and_open_need_not_wait),
      TEST(a_pin_holds_while_its_endpoint_is_well),
      TEST(weight_zero_stands_by),
      TEST(draws_keep_the_weights_also_over_a_few),
      TEST(draws_stay_in_their_set),
      TEST(sixty_four_endpoints_have_a_bit_each)};

  return HARNESS_RUN(tests);
}
