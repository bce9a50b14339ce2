/**
 * Receive queues, one step at a time: what is taken, refused, told and counted is held against a
 * model of a queue with a budget (property 28).
 */
@NullMarked
package org.vkernel.testmodules.property.queueing;

import org.jspecify.annotations.NullMarked;
