package org.vkernel.emulator.sched;

import com.google.common.base.Preconditions;
import java.util.ArrayList;
import java.util.List;

/**
 * A number in the whole kernel for each instruction of a module that accesses memory, so that an
 * access can be told by an int. A module that is loaded again has the same numbers. 0 is none's.
 */
public final class SiteNumbers {
    /** A module's instructions are fewer than two to the power of this. */
    private static final int SITE_BITS = 18;

    private static final int MODULES = 1 << (Integer.SIZE - 1 - SITE_BITS);

    private final List<AccessSites> modules = new ArrayList<>();

    SiteNumbers() {}

    /** The number of the instruction that the module counts as 0; the others follow. */
    public int base(AccessSites module) {
        int index = modules.indexOf(module);
        if (index < 0) {
            index = modules.size();
            Preconditions.checkState(index + 1 < MODULES, "%s modules have been loaded", index);
            modules.add(module);
        }
        return ((index + 1) << SITE_BITS) + 1;
    }

    /** {@link AccessSites#target} of the instruction with this number. */
    public String target(int number) {
        return module(number).target(site(number));
    }

    /** {@link AccessSites#frame} of the instruction with this number. */
    public String frame(int number) {
        return module(number).frame(site(number));
    }

    private AccessSites module(int number) {
        return modules.get((number >> SITE_BITS) - 1);
    }

    /** What the module itself counts it as. */
    private static int site(int number) {
        return (number & (1 << SITE_BITS) - 1) - 1;
    }
}
