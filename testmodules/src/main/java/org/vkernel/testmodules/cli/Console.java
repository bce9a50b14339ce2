package org.vkernel.testmodules.cli;

import java.io.PrintStream;

/** Where a command writes to, and how the user interrupts it. */
public final class Console {
    private final PrintStream out;
    private final PrintStream err;
    private final Interrupts interrupts;

    Console(PrintStream out, PrintStream err, Interrupts interrupts) {
        this.out = out;
        this.err = err;
        this.interrupts = interrupts;
    }

    /** Standard output: results. Buffered; {@link #println} flushes it. */
    public PrintStream out() {
        return out;
    }

    /** Standard error: progress and complaints. */
    public PrintStream err() {
        return err;
    }

    /** Prints a line on standard output that the user is to see at once. */
    public void println(String line) {
        out.println(line);
        out.flush();
    }

    /** Says on standard error what went wrong, or how far it is. */
    public void complain(String line) {
        out.flush();
        err.println("vkernel: " + line);
    }

    /** What ends the running work early, from another thread, when the user presses Ctrl-C. */
    public void onInterrupt(Runnable stop) {
        interrupts.set(stop);
    }
}
