/*
 * failing_alloc.h - memory that runs out on schedule.
 *
 * A test that is linked with the starved copy of the core (see chaos.mk) has
 * the core's allocations counted, and libcurl's when it asks for that; the n-th
 * one fails, and all after it if the shortage lasts. Allocations of the test
 * itself never fail. Thread: any, but arm and disarm while no engine runs.
 */
#ifndef PC_TEST_FAILING_ALLOC_H
#define PC_TEST_FAILING_ALLOC_H

#include <stdbool.h>

struct shortage {
  unsigned long nth; /* from 1 */
  bool lasts;        /* until disarmed */
  bool hits_libcurl;
};

/* Counts from here on. */
void failing_alloc_arm(struct shortage shortage);

/* Ends the shortage. Has any allocation failed? */
bool failing_alloc_disarm(void);

/* Prints where the first allocation that failed was asked for. */
void failing_alloc_print(void);

#endif
