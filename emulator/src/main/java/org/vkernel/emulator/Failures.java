package org.vkernel.emulator;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.RuleBook;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.printk.Printk;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.trace.TraceKind;

/** What went wrong in a kernel's run: broken rules, and processes that died of an exception. */
final class Failures {
    private static final TraceKind REPORT = TraceKind.of("kernel", "bug_report", "number", "", "");

    private final VirtualKernel kernel;
    private final List<UserProcess> processes = new CopyOnWriteArrayList<>();
    private final List<BugReport> reports = new CopyOnWriteArrayList<>();

    Failures(VirtualKernel kernel) {
        this.kernel = kernel;
    }

    /** Keeps and logs a report; ends the run where a report does. */
    void report(String rule, String what, List<String> stack, boolean known) {
        report(rule, what, stack, ImmutableList.of(), known);
    }

    /** As {@link #report(String, String, List, boolean)}, with more places than this one. */
    void report(
            String rule,
            String what,
            List<String> stack,
            ImmutableList<BugReport.Place> others,
            boolean known) {
        report(kernel.sched().current(), rule, what, stack, others, known);
    }

    /** As {@link #report(String, String, List, ImmutableList, boolean)}, of another task. */
    void report(
            Task task,
            String rule,
            String what,
            List<String> stack,
            ImmutableList<BugReport.Place> others,
            boolean known) {
        BugReport report =
                new BugReport(
                        rule,
                        what,
                        task.toString(),
                        task.cpu().index(),
                        kernel.sched().clockNs(),
                        contextOf(task),
                        stack,
                        others,
                        RuleBook.why(rule),
                        known);
        reports.add(report);
        if (kernel.trace().isActive()) {
            kernel.trace().emit(REPORT, reports.size(), 0, 0, rule);
        }
        log(report);
        if (!known && !kernel.config().keepGoing()) {
            kernel.sched().halt();
        }
    }

    private void log(BugReport report) {
        Printk printk = kernel.printk();
        report.firstLines().forEach(line -> printk.write(LogLevel.ALERT, line));
        report.placeLines().forEach(line -> printk.writeUntraced(LogLevel.ALERT, line));
        if (!report.why().isEmpty()) {
            printk.write(LogLevel.ALERT, report.whyLine());
        }
    }

    private static String contextOf(Task task) {
        int count = task.preemptCount();
        if (PreemptCount.inHardirq(count)) {
            return "hardirq";
        }
        return PreemptCount.inServingSoftirq(count) ? "softirq" : "process";
    }

    void addProcess(UserProcess process) {
        processes.add(process);
    }

    List<BugReport> reports() {
        return ImmutableList.copyOf(reports);
    }

    boolean hasProcess() {
        return !processes.isEmpty();
    }

    boolean hasAny() {
        return reports.stream().anyMatch(report -> !report.known())
                || hasProcess()
                || kernel.sched().failure() != null;
    }

    /** The first of them, for the host; with none of them, {@code otherwise}. */
    KernelFailedException toException(String otherwise) {
        List<BugReport> bad = reports.stream().filter(report -> !report.known()).toList();
        Throwable outsiders = kernel.sched().failure();
        if (outsiders != null) {
            return new KernelFailedException(outsiders.toString(), bad, outsiders);
        }
        if (!bad.isEmpty()) {
            return new KernelFailedException(String.join("\n", bad.getFirst().lines()), bad);
        }
        if (hasProcess()) {
            UserProcess process = processes.getFirst();
            Throwable cause = process.failure();
            return new KernelFailedException(
                    "process " + process + " died of " + cause,
                    bad,
                    cause == null ? new IllegalStateException() : cause);
        }
        return new KernelFailedException(otherwise, bad);
    }
}
