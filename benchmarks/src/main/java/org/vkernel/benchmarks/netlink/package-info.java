/**
 * What messages cost: unicast and its like, on both machines.
 *
 * <h2>Where the time of a unicast goes</h2>
 *
 * <p>One thread sends 64 bytes to a socket and reads them, on the parallel machine with checkers
 * off: about 100 ns on two cores of an x86_64 server. Sampled by JFR with debug information at all
 * instructions ({@code -XX:+DebugNonSafepoints}), shares rounded to ten nanoseconds; a call's share
 * is that of all it calls:
 *
 * <ul>
 *   <li>20 ns: entering the kernel and leaving it, twice each: a compare-and-set of the CPU's slot,
 *       and the look-up of the thread's task, which a guess by the process's provider saves most
 *       often.
 *   <li>20 ns: queueing: the queue's lock (a compare-and-set), the charge, the link.
 *   <li>10 ns: taking it off the queue: the lock once more.
 *   <li>10 ns: the sk_buff and its data as Java objects, 224 bytes, that the JVM clears.
 *   <li>10 ns: the kernel's own memory for both, from this CPU's sheaves, and giving that back.
 *   <li>10 ns: looking up the receiver and whether it takes messages from there.
 *   <li>20 ns: both copies, credentials, the counters of messages, and the tests whether somebody
 *       traces, filters or taps, each a field that is null or false.
 * </ul>
 *
 * <p>The four compare-and-sets are a fifth of all, and the largest single cost. A slot that stays
 * its last holder's would save two of them.
 */
@NullMarked
package org.vkernel.benchmarks.netlink;

import org.jspecify.annotations.NullMarked;
