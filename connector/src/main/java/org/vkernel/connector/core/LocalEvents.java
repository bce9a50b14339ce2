package org.vkernel.connector.core;

import org.vkernel.connector.abi.ProcEventType;

/**
 * What a CPU knows of the process events that it sends: {@code struct local_event}, and the data of
 * the filter. Exclusive to the holder of the local lock.
 */
final class LocalEvents {
    private int count;
    private int what;
    private int exitCode;

    /** The number of the next event, from 0; begins an event of that kind. */
    int begin(int kind, int code) {
        note(kind, code);
        return count++;
    }

    /** Notes which kind is being sent. */
    void note(int kind, int code) {
        what = kind;
        exitCode = kind == ProcEventType.PROC_EVENT_EXIT ? code : 0;
    }

    /** The kind of the event that is being sent. */
    int what() {
        return what;
    }

    /** Of an exit the code, else 0. */
    int exitCode() {
        return exitCode;
    }
}
