package org.vkernel.testmodules.property.module;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a {@link org.vkernel.testmodules.property.module.busy.Busy} module's code tells of itself:
 * the host hands it over.
 */
public final class ModuleLog {
    /** A function of a loaded module ran. */
    record Ran(int load, String what, int begin, int end) {}

    final List<Ran> ran = new ArrayList<>();

    /** When each load had ended for good: it was unloaded, or had failed. */
    final Map<Integer, Integer> gone = new HashMap<>();

    /** What was left when all was over, a line each. */
    final List<String> left = new ArrayList<>();

    /** What a call answered that it must not, a line each. */
    final List<String> odd = new ArrayList<>();

    private int now;

    /** A function begins; the result is for {@link #ran}. */
    public int begin() {
        return now++;
    }

    /**
     * A function ends.
     *
     * @param load the number that its module was loaded with
     */
    public void ran(int load, String what, int begin) {
        ran.add(new Ran(load, what, begin, now++));
    }

    void gone(int load) {
        gone.put(load, now++);
    }
}
