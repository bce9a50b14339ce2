package org.vkernel.testmodules.property.coming;

import java.util.ArrayList;
import java.util.List;

/** What is seen of a run of {@link Comings}. */
public final class ComingsRun {
    /** What a call answered that it must not, a line each. */
    final List<String> odd = new ArrayList<>();

    /** Calls that had not come back when all was over, a line each. */
    final List<String> stuck = new ArrayList<>();

    /** What was left when both were unloaded, a line each. */
    final List<String> left = new ArrayList<>();
}
