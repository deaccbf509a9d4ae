/*
 * process_end.h - engines are stopped before the process tears libraries down.
 *
 * process.exit() and uncaught errors run no clean-up hook of an environment:
 * they call exit(), whose handlers free what OpenSSL's locks are made of, while
 * an engine may be in the middle of a handshake. Ours runs before theirs, since
 * handlers run last in, first out, and stops the engines of every addon here.
 */
#ifndef PC_BINDING_PROCESS_END_H
#define PC_BINDING_PROCESS_END_H

#include "base/status.h"
#include "binding/addon.h"

/*
 * Sets libcurl up, and sees to it that the engines of `addon` are stopped when
 * the process exits. Call once for each. Thread: the environment's.
 */
PC_MUST_CHECK enum pc_status pc_process_end_watch(struct pc_addon *addon);

/* Call before the addon is freed. Thread: the environment's. */
void pc_process_end_forget(struct pc_addon *addon);

#endif
