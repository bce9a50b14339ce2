/**
 * Registration notices: a process that asks the connector of the queued era to be told of ids that
 * come and go, and a module whose id does.
 */
@NullMarked
package org.vkernel.testmodules.notify;

import org.jspecify.annotations.NullMarked;
