package org.vkernel.emulator.check;

import com.google.common.collect.ImmutableSet;
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
    private static final String HOST_INTERFACE = "org.vkernel.emulator.VirtualKernel";
    private static final String ENTRY = "org.vkernel.emulator.KernelEntry";
    private static final String END = "org.vkernel.emulator.KernelEnd";

    /** What only sees and tells. */
    private static final ImmutableSet<String> OWN =
            ImmutableSet.of(
                    StackTraces.class.getName(),
                    "org.vkernel.emulator.check.CodeWatch",
                    "org.vkernel.emulator.check.Moment",
                    "org.vkernel.emulator.check.RefHistory",
                    "org.vkernel.emulator.check.locks.LockChecker",
                    "org.vkernel.emulator.check.locks.LockGraph",
                    "org.vkernel.emulator.check.races.RaceChecker",
                    "org.vkernel.emulator.KernelEvents",
                    "org.vkernel.emulator.module.ModuleCode",
                    "org.vkernel.emulator.module.SimPoints");

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
                && !OWN.contains(name)
                && !name.startsWith(SHADOW)
                && !name.contains("$vkernel$")
                && !element.getMethodName().equals("$vkernel$access")
                && !isEntry(name);
    }

    private static boolean isEntry(String className) {
        return className.startsWith(HOST_INTERFACE)
                || className.startsWith(ENTRY)
                || className.startsWith(END);
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
