package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.ProcEventType;

/**
 * What a CPU knows of the process events that it sends: {@code struct local_event}, and the data of
 * the filter. Exclusive to the holder of the local lock.
 */
final class LocalEvents {
    private int count;
    private int what;
    private int exitCode;

    /** Where the next event is put together; null while one is. */
    private @Nullable EventMessage spare;

    /**
     * A buffer for an event, which {@link #giveBack} follows: Linux has it on its stack. A new one
     * for each event would cost a tenth of a connector round trip.
     */
    EventMessage takeBuffer() {
        EventMessage taken = spare;
        if (taken == null) {
            return new EventMessage();
        }
        spare = null;
        taken.clear();
        return taken;
    }

    void giveBack(EventMessage buffer) {
        spare = buffer;
    }

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
