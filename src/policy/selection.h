/*
 * selection.h - which endpoint of a pool a request goes to.
 *
 * The best of these that there are: those that are well and that the request
 * has not tried; those that are well; those not tried; any. Among equals the
 * weights decide, evenly also over a few requests: the next place is a golden
 * section further on. An endpoint of weight 0 stands by: it is asked where no
 * other is as good.
 *
 * Closed endpoints (in a cool-down, or with as many requests as they take) are
 * awaited rather than replaced by ailing ones. Pure arithmetic. Thread: any,
 * one at a time.
 */
#ifndef PC_POLICY_SELECTION_H
#define PC_POLICY_SELECTION_H

#include <stdint.h>

#define PC_SELECTION_MOST 64

/* One bit for each endpoint. */
typedef uint64_t pc_endpoint_set;

struct pc_selection {
  uint32_t count; /* of endpoints, 1 to PC_SELECTION_MOST */
  double weights[PC_SELECTION_MOST];
  double place; /* where the last draw fell, in 0 … 1 */
};

/* What is known of the endpoints, and of one request. */
struct pc_selection_state {
  pc_endpoint_set healthy;
  pc_endpoint_set open;
  pc_endpoint_set tried;  /* by this request */
  pc_endpoint_set pinned; /* to which it shall go while that is well, or none */
};

struct pc_selection_answer {
  pc_endpoint_set now;     /* any of these may be asked; empty: */
  pc_endpoint_set awaited; /* any of these, once it is open */
};

/*
 * `weights` are finite, none below 0, some above. `start` in 0 … 1 keeps pools
 * that begin at once from choosing alike.
 */
void pc_selection_init(struct pc_selection *selection,
                       const double *weights,
                       uint32_t count,
                       double start);

/* All endpoints. */
pc_endpoint_set pc_selection_all(const struct pc_selection *selection);

/* Where may a request go? */
struct pc_selection_answer
pc_selection_ask(const struct pc_selection *selection,
                 struct pc_selection_state state);

/* Draws one out of a set that is not empty. */
uint32_t pc_selection_draw(struct pc_selection *selection, pc_endpoint_set set);

#endif
