/**
 * Port ids, groups and addresses: what processes open, bind, join, connect, send to and close, held
 * against a small model of what Linux promises (properties 21 to 24, 39, 40).
 */
@NullMarked
package org.vkernel.testmodules.property.naming;

import org.jspecify.annotations.NullMarked;
