/** What messages cost: unicast and its like, on both machines. */
@NullMarked
package org.vkernel.benchmarks.netlink;

import org.jspecify.annotations.NullMarked;
