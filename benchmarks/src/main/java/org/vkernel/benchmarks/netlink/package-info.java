/**
 * What messages cost: unicast and its like, on both machines.
 *
 * <h2>Where the time of a unicast goes</h2>
 *
 * <p>One thread sends 64 bytes to a socket and reads them, on the parallel machine with checkers
 * off: about 60 ns on two cores of an x86_64 server. Sampled by JFR with debug information at all
 * instructions ({@code -XX:+DebugNonSafepoints}); a call's share is that of all it calls:
 *
 * <ul>
 *   <li>8 ns: entering the kernel and leaving it, twice each, by a task that is alone in that and
 *       so keeps its CPU.
 *   <li>7 ns: from the number of the file to the socket, twice, and what the system call's wrapper
 *       does.
 *   <li>5 ns: queueing, and another 5 ns taking it off the queue, without the queue's lock, which a
 *       task that has all CPUs does not need.
 *   <li>9 ns: an sk_buff from this CPU's pool, and giving it back with its memory. Nothing is
 *       allocated in Java.
 *   <li>6 ns: looking up the receiver.
 *   <li>6 ns: both copies.
 *   <li>14 ns: the rest of {@code netlink_sendmsg()} and {@code netlink_recvmsg()}: whether one may
 *       send there, credentials, options, a pending error, counters, and whether somebody traces,
 *       filters or taps.
 * </ul>
 *
 * <p>No instruction stands out any more: there are some 1,000 of them, and the processor does five
 * in each cycle, so that what is left is their number. What did stand out: compare-and-sets, four
 * of 5 ns for each message, which a task that is alone does without; two full fences of 8 ns that
 * G1 makes where a new object is stored in an old one, which are gone with new objects; and four
 * visits to the memory's caches.
 */
@NullMarked
package org.vkernel.benchmarks.netlink;

import org.jspecify.annotations.NullMarked;
