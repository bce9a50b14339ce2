package org.vkernel.emulator.check;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Map;

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
                            "deadlock: every task waits, and no timer is pending",
                            "whoever holds what another waits for must not wait for that other:"
                                    + " neither ever goes on.")
                    .put(
                            "hung_task: blocked task",
                            "no signal reaches a task in this sleep: its process cannot even be"
                                    + " killed, and who waits for it hangs as well.")
                    .put(
                            "rcu_preempt detected stalls",
                            "memory that writers have taken away is freed only when all who might"
                                    + " read it have left their sections: meanwhile it piles up,"
                                    + " and synchronize_rcu() hangs.")
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
                            "possible recursive locking detected",
                            "two tasks that each hold one of the two and want the other wait for"
                                    + " ever; where there is an order that all keep, the second is"
                                    + " taken with the _nested form, which names it.")
                    .put(
                            "SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected",
                            "a softirq may come while the second is held and wait for the first,"
                                    + " whose holder on another CPU waits for the second: whatever"
                                    + " is taken under a lock of softirqs has to keep them off.")
                    .put(
                            "HARDIRQ-safe -> HARDIRQ-unsafe lock order detected",
                            "a hardirq may come while the second is held and wait for the first,"
                                    + " whose holder on another CPU waits for the second: whatever"
                                    + " is taken under a lock of hardirqs has to keep them off.")
                    .put(
                            "lock held when an interrupt returns",
                            "the task below knows nothing of the lock: nobody is left to give it"
                                    + " back, and the next who wants it waits for ever.")
                    .put(
                            "RCU read section left open",
                            "a grace period waits for every read section: one that nobody ends"
                                    + " keeps all that writers want to free for ever.")
                    .put(
                            "suspicious RCU usage",
                            "outside of a read section no grace period waits for the reader: what"
                                    + " it has found may be freed under its hands.")
                    .put(
                            "using smp_processor_id() in preemptible code",
                            "the task may go on on another CPU at any moment: it would write"
                                    + " into data that is another's now.")
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
                    .put(
                            "mutex recursion",
                            "a mutex is given back by who holds it: who waits for itself never"
                                    + " gets there.")
                    .put(
                            "task exit in atomic context",
                            "a task that ends never enables what it has disabled: its CPU stays"
                                    + " without preemption or interrupts.")
                    .put(
                            "return to user code in atomic context",
                            "user code runs as long as it likes: with preemption off nobody"
                                    + " else would ever get the CPU.")
                    .put(
                            "bottom halves enabled with interrupts off",
                            "enabling them runs softirqs, which take long and expect"
                                    + " interrupts: they would stay off all the while.")
                    .put(
                            "timer leaked preempt_count",
                            "a timer's function runs on top of whatever task is there: what it"
                                    + " leaves disabled, or locked, stays so for that task.")
                    .put(
                            "softirq leaked preempt_count",
                            "a softirq runs on top of whatever task is there: what it leaves"
                                    + " disabled, or locked, stays so for that task.")
                    .put(
                            "workqueue leaked lock or atomic",
                            "a worker goes on to the next work: what one leaves locked or"
                                    + " disabled breaks others, which know nothing of it.")
                    .put(
                            "rcu_read_unlock() without rcu_read_lock()",
                            "the count of read sections goes wrong: a grace period may end"
                                    + " while a reader is still there.")
                    .put(
                            "no time passes",
                            "who waits for others must sleep: a loop that asks again and again"
                                    + " keeps them from the CPU that they need.")
                    .put(
                            "hung task",
                            "the kernel cannot take the CPU from code that never comes back to"
                                    + " it.")
                    .put(
                            "attempt to kill a tasklet from interrupt",
                            "it waits for the tasklet to end, which may be what the interrupt"
                                    + " has interrupted.")
                    .put(
                            "hrtimer_cancel() of a timer from its own function",
                            "it waits for the function to return, which waits for it.")
                    .put(
                            "del_timer_sync() of a timer from its own function",
                            "it waits for the function to return, which waits for it.")
                    .put(
                            "del_timer_sync() in hardirq context",
                            "it waits for the function to return, which may be what the"
                                    + " interrupt has interrupted.")
                    .put(
                            "kernel BUG: add_timer() of a pending timer",
                            "a timer stands in one list only: adding it again breaks the list;"
                                    + " mod_timer() moves it.")
                    .put(
                            "schedule_timeout: wrong timeout value",
                            "a negative time-out is a miscalculation: taken as unsigned it"
                                    + " would sleep for ever.")
                    .put(
                            "work queued on a draining workqueue",
                            "a queue that is drained is about to go: what comes then would"
                                    + " never run, or run too late.")
                    .put(
                            "run_workqueue: recursion depth exceeded",
                            "a work that flushes its own queue runs the rest on its own stack,"
                                    + " which overflows.")
                    .put(
                            "use after free: work on a destroyed workqueue",
                            "the queue's memory belongs to somebody else by then.")
                    .put(
                            "destroy_workqueue(): the queue is busy",
                            "works that still run would use the queue's memory after it is"
                                    + " freed.")
                    .put(
                            "remove_proc_entry() of a file that is not there",
                            "who removes what it never made, or removes it twice, may remove"
                                    + " another's.")
                    .put(
                            "sk_buff freed in hardirq context",
                            "freeing may run the owner's code, which takes locks that the"
                                    + " interrupted task may hold.")
                    .put(
                            "sk_buff freed while it is in a queue",
                            "the queue would hand out memory that belongs to somebody else by"
                                    + " then.")
                    .put(
                            "sk_buff queued twice",
                            "an sk_buff has one pair of links: in two lists at once it breaks"
                                    + " both.")
                    .put(
                            "sk_buff taken off a queue that it is not in",
                            "the links of another list would be changed without that list's"
                                    + " lock.")
                    .put(
                            "an owned sk_buff gets another owner",
                            "the first owner's charge would never be given back: its buffer"
                                    + " counts as full for ever.")
                    .put(
                            "sk_buff with an owner and no destructor",
                            "nobody would give the charge back when it is freed: the owner's"
                                    + " buffer counts as full for ever.")
                    .put(
                            "pskb_expand_head() of a shared sk_buff",
                            "its other holders would go on with the old bytes, which are freed.")
                    .put(
                            "double free of an sk_buff's data",
                            "the second free gives away memory that somebody else has got by"
                                    + " then: two owners write over each other.")
                    .put(
                            "a netlink socket is freed alive",
                            "who still knows it by its port id or a group would use memory that"
                                    + " belongs to others.")
                    .put(
                            "a netlink socket is freed with memory charged",
                            "a message that it was charged for is still somewhere, and will be"
                                    + " credited to freed memory.")
                    .put(
                            "BUG: Bad page state",
                            "a page that is freed twice, or in use, would be given to two"
                                    + " owners.")
                    .put(
                            "Kernel panic - not syncing: System is deadlocked on memory",
                            "whoever could free memory waits for some itself: the machine"
                                    + " cannot go on.")
                    .put(
                            "connector callback is never released",
                            "cn_queue_free_dev() waits until all references are given back: for"
                                    + " one that was forgotten rmmod waits for ever.")
                    .put(
                            "connector callback removes itself",
                            "it is freed while it runs: what it touches on its way out belongs"
                                    + " to somebody else.")
                    .buildOrThrow();

    /** The same for rules of which only the beginning is fixed. */
    private static final ImmutableMap<String, String> WHY_BEGUN =
            ImmutableMap.of(
                    "Oops: ",
                    "an error that nobody handles leaves the kernel's data as it happens to be: the"
                            + " task is killed, and its locks stay locked.",
                    "kernel panic: ",
                    "in an interrupt there is no task that could be killed for it: the machine"
                            + " stops.",
                    "BUG ",
                    "the second free gives away memory that somebody else has got by then: two"
                            + " owners write over each other.",
                    "invariant broken: ",
                    "what the documentation promises no longer holds, whatever the schedule.");

    private RuleBook() {}

    /** The sentence, or the empty string. */
    public static String why(String rule) {
        String why = WHY.get(rule);
        if (why != null) {
            return why;
        }
        for (Map.Entry<String, String> begun : WHY_BEGUN.entrySet()) {
            if (rule.startsWith(begun.getKey())) {
                return begun.getValue();
            }
        }
        return KnownCounterExamples.all().stream()
                .filter(entry -> entry.rule().equals(rule))
                .map(KnownCounterExamples.Entry::why)
                .findFirst()
                .orElse("");
    }

    /** All rules that have a sentence, in order. */
    public static ImmutableSet<String> rules() {
        return WHY.keySet();
    }
}
