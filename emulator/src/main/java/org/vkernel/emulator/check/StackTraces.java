package org.vkernel.emulator.check;

import java.util.Arrays;
import java.util.List;

/**
 * Java stacks in the terms of the emulated kernel: no frames of the machine or of the JVM, and none
 * of the host's that called the kernel as init. So a report is the same whoever runs the kernel.
 */
public final class StackTraces {
    private static final int DEPTH = 24;
    private static final String MACHINE = "org.vkernel.emulator.sched.";
    private static final String SHADOW = "org.vkernel.emulator.skb.SkBuffShadow";
    private static final String MODULE_CODE = "org.vkernel.emulator.module.ModuleCode";
    private static final String HOST_INTERFACE = "org.vkernel.emulator.VirtualKernel";
    private static final String ENTRY = "org.vkernel.emulator.KernelEntry";

    private StackTraces() {}

    /** The caller's stack, innermost first. */
    public static List<String> here() {
        return ofFrames(
                StackWalker.getInstance()
                        .walk(frames ->
                                frames.map(StackWalker.StackFrame::toStackTraceElement).toList()));
    }

    /** As {@link #here}, from where classes whose name begins with {@code prefix} were called. */
    public static List<String> hereOutside(String prefix) {
        return ofFrames(
                StackWalker.getInstance()
                        .walk(frames ->
                                frames.skip(1)
                                        .dropWhile(frame -> frame.getClassName().startsWith(prefix))
                                        .map(StackWalker.StackFrame::toStackTraceElement)
                                        .toList()));
    }

    /** The stack of an exception, innermost first. */
    public static List<String> of(Throwable thrown) {
        return ofFrames(Arrays.asList(thrown.getStackTrace()));
    }

    /** The stack of another task's thread, innermost first. */
    public static List<String> of(StackTraceElement[] stack) {
        return ofFrames(Arrays.asList(stack));
    }

    private static List<String> ofFrames(List<StackTraceElement> frames) {
        return frames.subList(0, insideKernel(frames)).stream()
                .filter(StackTraces::isKernel)
                .limit(DEPTH)
                .map(StackTraces::frame)
                .toList();
    }

    /**
     * How many frames are not the host's. A task's are all its own; its thread begins in the
     * machine. The host's thread is in the kernel only within a call of its interface.
     */
    private static int insideKernel(List<StackTraceElement> frames) {
        for (int i = frames.size() - 1; i >= 0; i--) {
            String name = frames.get(i).getClassName();
            if (name.startsWith(MACHINE)) {
                return frames.size();
            }
            if (isEntry(name)) {
                return i;
            }
        }
        return frames.size();
    }

    private static boolean isKernel(StackTraceElement element) {
        String name = element.getClassName();
        return !name.startsWith("java.")
                && !name.startsWith("jdk.")
                && !name.startsWith(MACHINE)
                && !name.startsWith("org.vkernel.emulator.check.")
                && !name.startsWith(SHADOW)
                && !name.equals(MODULE_CODE)
                && !isEntry(name);
    }

    private static boolean isEntry(String className) {
        return className.startsWith(HOST_INTERFACE) || className.startsWith(ENTRY);
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
