package org.vkernel.emulator.sched;

/** Names the instructions of a module that access memory, by number. */
public interface AccessSites {
    /** What is accessed there, such as {@code field Hello.counter}. */
    String target(int site);

    /** Where that is, as a line of a call trace. */
    String frame(int site);
}
