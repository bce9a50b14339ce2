package org.vkernel.testmodules.procmon;

import java.time.Duration;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.process.ProcessBody;
import org.vkernel.emulator.process.UserProcess;

/**
 * What a small system does in the morning: a shell runs programs, one of which becomes a daemon,
 * one is traced, and one crashes. There is an event of each kind.
 */
public final class EventfulDay implements ProcessBody {
    private static final int DAEMON_USER = 33;
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration FOR_EVER = Duration.ofDays(1);
    private static final Duration WORK = Duration.ofMillis(2);

    @Override
    public void run(UserProcess shell) {
        shell.sleep(PAUSE); // somebody may want to listen
        await(
                shell,
                child -> {
                    child.exec("/bin/true");
                    child.sleep(WORK);
                });
        await(
                shell,
                child -> {
                    child.sleep(PAUSE);
                    child.exit(3);
                });
        UserProcess daemon = shell.fork(EventfulDay::becomeDaemon);
        shell.sleep(PAUSE);
        await(shell, child -> trace(child, daemon.tgid()));
        await(
                shell,
                child -> {
                    child.exec("/usr/bin/crash", "--now");
                    child.sleep(WORK);
                    child.crash(UserProcess.SIGSEGV);
                });
        daemon.signal(UserProcess.SIGTERM);
        shell.waitFor(daemon.tgid());
    }

    private static void await(UserProcess parent, ProcessBody child) {
        parent.waitFor(parent.fork(child).tgid());
    }

    private static void becomeDaemon(UserProcess self) {
        self.exec("/usr/sbin/daemon", "--user", "www-data");
        self.setsid();
        self.setgid(DAEMON_USER);
        self.setuid(DAEMON_USER);
        var _ =
                self.startThread(thread -> {
                    thread.setName("daemon/worker");
                    thread.sleep(PAUSE);
                });
        self.sleep(FOR_EVER);
    }

    private static void trace(UserProcess self, int pid) {
        self.exec("/usr/bin/tracer", "-p", String.valueOf(pid));
        try {
            self.ptraceAttach(pid);
            self.sleep(PAUSE);
            self.ptraceDetach(pid);
        } catch (ErrnoException gone) {
            self.exit(1); // the daemon has ended, where time passes early
        }
    }
}
