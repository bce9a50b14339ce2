/** The module that the workload of loads is about: its classes are its package. */
@NullMarked
package org.vkernel.testmodules.property.module.busy;

import org.jspecify.annotations.NullMarked;
