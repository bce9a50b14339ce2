package org.vkernel.emulator.check;

/**
 * Told of everything that will call code later, or does: so that what is left of a module when it
 * goes is found, and code of a module that has gone is not called.
 *
 * <p>Code of the kernel's own is passed over. A null watch stands for none.
 */
public interface CodeWatch {
    /** What calls code. */
    enum Kind {
        TIMER("timer", "Armed"),
        HRTIMER("hrtimer", "Armed"),
        WORK("work", "Queued"),
        TASKLET("tasklet", "Scheduled"),
        KTHREAD("kernel thread", "Started"),
        PROC("proc entry", "Created"),
        CALLBACK("callback", "Registered"),
        NETLINK("netlink socket", "Created"),
        RCU("RCU callback", "Queued");

        private final String noun;
        private final String verb;

        Kind(String noun, String verb) {
            this.noun = noun;
            this.verb = verb;
        }

        /** What it is, as a report says it. */
        public String noun() {
            return noun;
        }

        /** What makes it call, as the title of a report's place begins. */
        public String verb() {
            return verb;
        }

        /** Whether it calls in a context that {@code synchronize_rcu()} waits for. */
        public boolean isAtomic() {
            return this == TIMER || this == HRTIMER || this == TASKLET || this == RCU;
        }
    }

    /**
     * From now on {@code thing} may call {@code code}. Context: any. Sleeps: never.
     *
     * @param name what {@code thing} is called in reports
     */
    void armed(Kind kind, Object thing, String name, Object code);

    /** {@code thing} will not begin to call any more. Context: any. Sleeps: never. */
    void disarmed(Object thing);

    /**
     * The running task is about to call {@code code}; {@link #leave} follows when it has returned.
     * Context: any. Sleeps: never.
     *
     * @return false if its module has gone, which is reported: the call must be left out, and
     *     {@link #leave} as well
     */
    boolean enter(Kind kind, Object thing, String name, Object code);

    /** {@code code} has returned to the running task. */
    void leave(Object code);
}
