/**
 * Callbacks of the connector that come and go while processes call them and the kernel sends under
 * their ids.
 *
 * <pre>
 *   Dispatch              the workload: DispatchAction are its plans, DispatchRun is one run
 *   DispatchSeen          what a run showed
 *     Registration        one cn_add_callback() that succeeded, to the cn_del_callback() of it
 *     Call                a message of a process, and the Invocations that came of it
 *     Announcement        a message of the kernel, and who got it
 *   CallbackRuns, NoCallbackAfterRemoval, SendWithoutGroup, NoticesOfRegistrations
 *                         the properties 7, 8, 9 and 11
 * </pre>
 */
@NullMarked
package org.vkernel.testmodules.property.dispatch;

import org.jspecify.annotations.NullMarked;
