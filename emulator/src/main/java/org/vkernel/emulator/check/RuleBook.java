package org.vkernel.emulator.check;

import com.google.common.collect.ImmutableMap;

/** Why Linux forbids what a {@link BugReport} names: a sentence for each rule. */
public final class RuleBook {
    private static final ImmutableMap<String, String> WHY =
            ImmutableMap.<String, String>builder()
                    .put(
                            "sleeping function called from invalid context",
                            "a task that sleeps gives its CPU away; in an interrupt there is no task"
                                    + " to wake, and whoever wants the lock that is held would spin"
                                    + " until the sleeper comes back, which may be never.")
                    .put(
                            "scheduling while atomic",
                            "with preemption off the CPU must stay with the task: what it protects"
                                    + " would be open to whoever runs next.")
                    .put(
                            "spinlock recursion",
                            "a spinlock does not know its owner: taken twice it waits for itself.")
                    .put(
                            "unlock of a lock that is not held",
                            "it lets a second task into a section that the real owner still uses.")
                    .put(
                            "soft lockup",
                            "a CPU that never reaches the scheduler runs nothing else, and whoever"
                                    + " waits for it waits for ever.")
                    .put(
                            "leak at module unload",
                            "a module's code and data are freed when it goes: whatever still knows"
                                    + " them will call or read memory that belongs to others.")
                    .put(
                            "use after unload",
                            "the memory of a module's code is free once it has gone: a CPU that"
                                    + " comes back to it executes whatever lies there now.")
                    .put(
                            "memory leak at shutdown",
                            "memory that nobody frees is gone until the next boot.")
                    .buildOrThrow();

    private RuleBook() {}

    /** The sentence, or the empty string. */
    public static String why(String rule) {
        return WHY.getOrDefault(rule, "");
    }
}
