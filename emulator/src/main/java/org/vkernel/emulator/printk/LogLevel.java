package org.vkernel.emulator.printk;

/** How urgent a line of the log is ({@code KERN_*}). */
public enum LogLevel {
    EMERG(0),
    ALERT(1),
    CRIT(2),
    ERR(3),
    WARNING(4),
    NOTICE(5),
    INFO(6),
    DEBUG(7);

    private final int number;

    LogLevel(int number) {
        this.number = number;
    }

    /** Its number: the less, the more urgent. */
    public int number() {
        return number;
    }
}
