package org.vkernel.emulator.proc;

/** What a file of procfs shows. */
@FunctionalInterface
public interface ProcFile {
    /** Writes the whole text. Context: process, of the reader; may sleep. */
    void show(StringBuilder text);
}
