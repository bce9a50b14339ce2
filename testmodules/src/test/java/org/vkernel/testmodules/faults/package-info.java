/** What becomes of the kernel's own work when memory runs out. */
@NullMarked
package org.vkernel.testmodules.faults;

import org.jspecify.annotations.NullMarked;
