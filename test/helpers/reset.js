'use strict';

/**
 * Whether a socket's FIN has been asked for, and may not have left yet.
 * @param {import('node:net').Socket} socket
 */
function isShuttingDown({ writableEnded, writableFinished }) {
  return writableEnded && !writableFinished;
}

/**
 * Resets a connection; one that is being shut down is closed instead.
 *
 * Node 20 never gets rid of a socket that is reset while it is shut down:
 * libuv's uv_tcp_close_reset() refuses with EINVAL, but TCPWrap::Reset() marks
 * the handle as closing all the same, so HandleWrap::Close() leaves it alone
 * from then on. It emits no 'close', its descriptor stays open, and when the
 * process is to end, Environment::CleanupHandles() waits for it for ever,
 * turning an event loop that has nothing to do.
 *
 * @param {import('node:net').Socket & { secured?: import('node:tls').TLSSocket }}
 *   socket with the TLS socket on top of it, which shuts it down unseen
 */
function resetConnection(socket) {
  const { secured = socket } = socket;
  if (isShuttingDown(socket) || isShuttingDown(secured)) socket.destroy();
  else socket.resetAndDestroy();
}

module.exports = { resetConnection };
