#include "net/backlog.h"

/* Some 200 us of receiving and checking. */
enum { TURN_SIZE = 256 * 1024 };

void pc_backlog_serve(struct pc_backlog *backlog)
{
  size_t done = 0;
  struct pc_link *link = NULL;

  while (done < TURN_SIZE && (link = pc_queue_pop(&backlog->items)) != NULL) {
    struct pc_backlog_item *item =
        PC_ITEM_OF(link, struct pc_backlog_item, link);

    done += item->go_on(item);
  }
}
