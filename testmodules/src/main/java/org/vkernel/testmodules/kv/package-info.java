/**
 * A key-value store in the kernel, reached by messages that may be lost: how a module and its
 * client use the connector's sequence and acknowledge numbers so that nothing is done twice.
 *
 * <pre>
 *     KvStore            the module: applies each request at most once
 *       KvSession        what it remembers of one client
 *     KvRequest, KvAnswer, KvChange, KvText   what their messages hold
 *     KvClient           a process's calls
 *     KvMirror           a process's copy, kept current by the store's changes
 * </pre>
 *
 * <p>A client opens a session, whose number the store gives out and never gives again. Of each
 * session the store remembers the port, and for the last {@code window} sequence numbers the
 * request's acknowledge number and answer. A request that it remembers is answered from there; one
 * that has fallen out of the window, and one of a session that it has forgotten, is refused with
 * ESTALE and never applied. So a request is applied once if it is answered, and at most once if it
 * is refused or times out, whatever is lost, repeated or late.
 */
@NullMarked
package org.vkernel.testmodules.kv;

import org.jspecify.annotations.NullMarked;
