package org.vkernel.benchmarks.compare;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.host.HostUnavailableException;

/**
 * Makes the workload of a name ready in the column of a name. {@link ColumnClasses} makes one among
 * its classes and calls it from outside of them, so it is public, and takes names.
 */
public final class Preparation implements BiFunction<String, String, @Nullable Contender> {
    @Override
    public @Nullable Contender apply(String workload, String column) {
        try {
            return Workloads.named(workload).prepare(Column.valueOf(column));
        } catch (HostUnavailableException e) {
            throw new IllegalArgumentException(column + " needs the host's kernel", e);
        }
    }
}
