/** A module that makes the connector send from softirqs: timers and tasklets, in any number. */
@NullMarked
package org.vkernel.testmodules.softirqload;

import org.jspecify.annotations.NullMarked;
