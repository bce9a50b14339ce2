package org.vkernel.emulator.check;

import java.util.ArrayList;
import java.util.List;

/** Java stacks in the terms of the emulated kernel: no frames of the machine or of the JVM. */
public final class StackTraces {
    private static final int DEPTH = 24;
    private static final String MACHINE = "org.vkernel.emulator.sched.";

    private StackTraces() {}

    /** The caller's stack, innermost first. */
    public static List<String> here() {
        return StackWalker.getInstance()
                .walk(frames ->
                        frames.map(StackWalker.StackFrame::toStackTraceElement)
                                .filter(StackTraces::isKernel)
                                .limit(DEPTH)
                                .map(StackTraces::frame)
                                .toList());
    }

    /** The stack of an exception, innermost first. */
    public static List<String> of(Throwable thrown) {
        List<String> lines = new ArrayList<>();
        for (StackTraceElement element : thrown.getStackTrace()) {
            if (isKernel(element) && lines.size() < DEPTH) {
                lines.add(frame(element));
            }
        }
        return lines;
    }

    private static boolean isKernel(StackTraceElement element) {
        String name = element.getClassName();
        return !name.startsWith("java.")
                && !name.startsWith("jdk.")
                && !name.startsWith(MACHINE)
                && !name.startsWith("org.vkernel.emulator.check.")
                && !name.startsWith("org.vkernel.emulator.VirtualKernel");
    }

    private static String frame(StackTraceElement element) {
        String name = element.getClassName();
        return name.substring(name.lastIndexOf('.') + 1)
                + "."
                + element.getMethodName()
                + "("
                + element.getFileName()
                + ":"
                + element.getLineNumber()
                + ")";
    }
}
