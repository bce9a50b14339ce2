package org.vkernel.emulator.check;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What of the kernel's rules is watched. Each can be switched off on its own.
 *
 * <p>All of them watch the simulated machine, where one task runs at a time. On the parallel
 * machine {@link #LOCKS}, {@link #RACES} and {@link #STUCK} do not, and others find less, as each
 * says.
 */
public enum Check {
    /** Sleeping, or allocating so that it may sleep, where that is forbidden. Both machines. */
    SLEEP,

    /**
     * Lock order, locks and the contexts that take them, locks and RCU read sections that are left.
     * Simulated machine; what a lock itself sees of its misuse it tells on both.
     */
    LOCKS,

    /** Accesses to one place in memory that nothing orders. Simulated machine. */
    RACES,

    /**
     * Use after free, double free, out of bounds, uninitialised bytes that leave the kernel. On the
     * parallel machine neither the fields of a module's objects nor which bytes of an sk_buff were
     * written.
     */
    MEMORY,

    /** Reference counts that saturate, fall below zero, or rise from zero. Both machines. */
    REFCOUNTS,

    /**
     * What is left at a module's unload and at shutdown. On the parallel machine nobody knows whose
     * an sk_buff is.
     */
    LEAKS,

    /**
     * Tasks that block for too long, loops and read sections that never end. Simulated machine,
     * which reports a deadlock in any case.
     */
    STUCK;

    /** All of them. */
    public static final ImmutableSet<Check> ALL = Sets.immutableEnumSet(Arrays.asList(values()));

    /** None of them. */
    public static final ImmutableSet<Check> NONE = ImmutableSet.of();

    /** All but these. */
    public static Set<Check> allBut(Check... others) {
        return Sets.difference(ALL, Sets.immutableEnumSet(Arrays.asList(others)));
    }

    /** The name that the command line knows it by. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All these names, in order. */
    public static List<String> optionNames() {
        return ALL.stream().map(Check::optionName).toList();
    }

    /**
     * Reads {@code all}, {@code none}, or names separated by commas.
     *
     * @throws IllegalArgumentException if one is neither
     */
    public static Set<Check> parse(String text) {
        if (text.equals("all")) {
            return ALL;
        }
        if (text.equals("none")) {
            return NONE;
        }
        List<Check> checks = new ArrayList<>();
        for (String name : Splitter.on(',').split(text)) {
            int index = optionNames().indexOf(name);
            if (index < 0) {
                throw new IllegalArgumentException(name);
            }
            checks.add(values()[index]);
        }
        return Sets.immutableEnumSet(checks);
    }
}
