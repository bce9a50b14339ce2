/**
 * Netlink scripts: what is done to a kernel and what it answered, a JSON object on each line.
 *
 * <p>{@link org.vkernel.netlink.script.NetlinkScript} reads a file; {@link
 * org.vkernel.netlink.script.ScriptReplay} does its operations and compares the answers. Operations
 * are found by name in {@link org.vkernel.netlink.script.ScriptOperations}, to which other modules
 * add theirs by a {@link org.vkernel.netlink.script.ScriptOperationSource}.
 *
 * <p>Less common arguments and answers:
 *
 * <ul>
 *   <li>{@code setsockopt} with {@code sec} and {@code usec} sets a time-out ({@code SO_RCVTIMEO}
 *       and its kin); {@code getsockopt} answers its words as {@code values};
 *   <li>{@code send} with {@code cmsg} has control messages, as {@code recv} shows them: each
 *       {@code level}, {@code type} and {@code data}, or {@code creds}; {@code control} cuts them;
 *   <li>{@code "blocks":true} is the answer of a call that would wait until somebody else does
 *       something: it is not made.
 * </ul>
 */
@NullMarked
package org.vkernel.netlink.script;

import org.jspecify.annotations.NullMarked;
