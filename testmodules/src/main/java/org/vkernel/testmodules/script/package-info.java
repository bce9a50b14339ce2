/** The operations of netlink scripts that load modules and read the kernel's log. */
@NullMarked
package org.vkernel.testmodules.script;

import org.jspecify.annotations.NullMarked;
