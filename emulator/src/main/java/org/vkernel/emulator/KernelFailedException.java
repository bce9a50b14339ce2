package org.vkernel.emulator;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.check.BugReport;

/**
 * A kernel's run has failed: a rule of the kernel was broken, or a process died of an exception.
 */
public final class KernelFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient ImmutableList<BugReport> reports;

    KernelFailedException(String message, List<BugReport> reports, Throwable cause) {
        super(message, cause);
        this.reports = ImmutableList.copyOf(reports);
    }

    KernelFailedException(String message, List<BugReport> reports) {
        super(message);
        this.reports = ImmutableList.copyOf(reports);
    }

    /** What happened: the first report's lines, or which process died of what. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** The bug reports, in the order in which they came. */
    public List<BugReport> reports() {
        return reports;
    }
}
