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
                            "use after free of an sk_buff",
                            "once freed its memory serves somebody else: what is read there is not"
                                    + " the message, and what is written spoils another's.")
                    .put(
                            "double free of an sk_buff",
                            "the second free gives away memory that somebody else has got by then:"
                                    + " two owners write over each other.")
                    .put(
                            "use after free",
                            "once freed, memory serves somebody else: what is read there is not"
                                    + " yours, and what is written spoils another's.")
                    .put(
                            "double free",
                            "the second free gives away memory that somebody else has got by then:"
                                    + " two owners write over each other.")
                    .put(
                            "free of what was not allocated",
                            "the allocator would take whatever lies there for one of its objects"
                                    + " and give it to the next who asks.")
                    .put(
                            "out-of-bounds write",
                            "what lies behind memory belongs to somebody else, who will find it"
                                    + " spoilt.")
                    .put(
                            "out-of-bounds read",
                            "what lies behind memory belongs to somebody else, and may be a secret.")
                    .put(
                            "skb_over_panic",
                            "behind the room that was asked for lies somebody else's memory.")
                    .put(
                            "skb_under_panic",
                            "before the buffer lies somebody else's memory: headroom has to be"
                                    + " reserved.")
                    .put(
                            "uninitialised bytes copied out",
                            "memory is not cleared when it is allocated: what a process gets is what"
                                    + " its last user left there, which may be a secret.")
                    .put(
                            "refcount_t: underflow; use-after-free",
                            "a reference that was never taken was somebody else's: the object is"
                                    + " freed while they use it.")
                    .put(
                            "refcount_t: addition on 0; use-after-free",
                            "at 0 the object is being freed, and nothing can stop that: only"
                                    + " refcount_inc_not_zero() may be tried.")
                    .put(
                            "refcount_t: saturated; leaking memory",
                            "a count that wraps to 0 would free an object that is in use, so it"
                                    + " stays where it is for ever.")
                    .put(
                            "module_put() without a reference",
                            "the count would say that nobody uses the module while somebody does,"
                                    + " and it could be unloaded under them.")
                    .put(
                            "module cannot be unloaded at shutdown",
                            "each reference that keeps a module loaded has to be given back by who"
                                    + " took it.")
                    .put(
                            "possible circular locking dependency",
                            "two tasks that take the same locks in different orders each end up"
                                    + " with the one that the other waits for, sooner or later.")
                    .put(
                            "inconsistent lock state",
                            "an interrupt that comes while its CPU holds the lock waits for the"
                                    + " task below it, which cannot go on before the interrupt ends:"
                                    + " the task has to keep it off with the _bh or _irqsave form.")
                    .put(
                            "lock held when leaving the kernel",
                            "nobody is left to give it back: the next who wants it waits for ever.")
                    .put(
                            "data race",
                            "compilers and CPUs tear, merge and reorder plain accesses: without a"
                                    + " lock, or READ_ONCE() and WRITE_ONCE(), what is read may be"
                                    + " half of the one value and half of the other, and an update"
                                    + " may be lost.")
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
