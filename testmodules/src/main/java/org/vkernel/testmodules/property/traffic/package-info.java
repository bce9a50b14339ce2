/**
 * Messages from processes, kernel threads and softirqs to receivers with little room, and what must
 * hold of their order and loss.
 *
 * <pre>
 *   Traffic              the workload: TrafficAction are its plans
 *   TrafficSeen          what a run showed
 *     Sending            a message, from its send's begin to its end
 *     Receiver           a socket, its options, what it was told when
 *       Fate, Overrun    what became of a message there
 *       Reception        a recv, a peek, a look at SO_ERROR
 *   Congestion           when a receiver may have been congested, when it was for sure
 *   SenderOrder ... GapsAreOverruns     the properties 1 to 6
 * </pre>
 */
@NullMarked
package org.vkernel.testmodules.property.traffic;

import org.jspecify.annotations.NullMarked;
