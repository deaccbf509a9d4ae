/*
 * verdict.h - what becomes of a request when its last attempt has ended.
 *
 * A success is merged and handed over. A failure is tried again after a wait,
 * or as two halves when the server finds the batch too large, or handed over
 * as the end of its inputs. Thread: engine.
 */
#ifndef PC_ENGINE_VERDICT_H
#define PC_ENGINE_VERDICT_H

#include "base/status.h"
#include "engine/attempt.h"
#include "engine/request.h"

/* `attempt` has brought a checked answer. Ends the request, maybe the job. */
void pc_verdict_success(struct pc_request *request, struct pc_attempt *attempt);

/* request->attempt has failed with `status` and no copy is under way. */
void pc_verdict_failure(struct pc_request *request, enum pc_status status);

#endif
