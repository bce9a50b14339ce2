package org.vkernel.testmodules.kv;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.user.ConnectorClient;
import org.vkernel.connector.user.ReplyRule;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.explore.Narrator;
import org.vkernel.emulator.explore.Program;
import org.vkernel.emulator.explore.Shrinker;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.trace.ColumnTrace;
import org.vkernel.emulator.trace.TraceEvent;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;

/** A plan's run: its clients, and at the end one that loses nothing and reads everything. */
final class KvRun implements Program {
    static final String CLIENT = "client";
    static final String WRONG = "a wrong answer, or a request that was applied twice";

    private static final Duration TIMEOUT = Duration.ofMillis(1);
    private static final Duration QUIET = Duration.ofMillis(100);
    private static final int PATIENT_TRIES = 50;
    private static final int SCHEDULES_OF_A_SMALLER_PLAN = 30;

    private final KvPlan plan;
    private final ReplyRule rule;
    private KvHistory history = new KvHistory();
    private @Nullable Consumer<TraceEvent> observer;
    private boolean isOver;

    KvRun(KvPlan plan, ReplyRule rule) {
        this.plan = plan;
        this.rule = rule;
    }

    /** What was called in the last run. */
    KvHistory history() {
        return history;
    }

    Outcome run() {
        return run(Strategies.of("random", plan.seed()), false);
    }

    @Override
    public Outcome run(Strategy strategy, boolean recording) {
        history = new KvHistory();
        isOver = false;
        KernelConfig config =
                plan.config().strategy(seed -> strategy).recording(recording).trace(observer);
        VirtualKernel kernel = VirtualKernel.boot(config);
        String failure = null;
        try (kernel) {
            body(kernel);
        } catch (KernelFailedException failed) {
            failure =
                    failed.reports().stream()
                            .filter(report -> !report.known())
                            .map(BugReport::rule)
                            .findFirst()
                            .orElse(String.valueOf(failed.getMessage()));
        }
        if (failure == null && !Linearizability.holds(history.calls())) {
            failure = WRONG;
        }
        return new Outcome(failure, false, kernel.trace().fingerprint(), kernel.schedule());
    }

    private void body(VirtualKernel kernel) {
        kernel.modprobe(
                KvStore.class,
                "window=" + plan.window(),
                "group=" + (plan.answersToGroup() ? 1 : 0));
        List<UserProcess> clients = new ArrayList<>();
        for (ImmutableList<KvPlan.Step> steps : plan.clients()) {
            String name = CLIENT + (clients.size() + 1);
            clients.add(kernel.spawn(CLIENT, process -> client(process, name, steps)));
        }
        if (plan.killMicros() > 0 && !clients.isEmpty()) {
            kernel.runFor(Duration.ofNanos(plan.killMicros() * 1000L));
            kernel.kill(clients.getFirst(), UserProcess.SIGKILL);
        }
        clients.forEach(kernel::join);
        kernel.runFor(QUIET); // what is on its way arrives
        isOver = true;
        kernel.join(kernel.spawn("reader", this::readAll));
    }

    private static NetlinkSocket open(UserProcess process) {
        NetlinkSocket socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
        while (!isBound(socket)) {
            // There was no memory at once.
        }
        return socket;
    }

    private static boolean isBound(NetlinkSocket socket) {
        try {
            socket.bind(NetlinkSocket.AUTO, KvClient.groups());
            return true;
        } catch (ErrnoException failed) {
            if (failed.errno() != Errno.ENOMEM) {
                throw failed;
            }
            return false;
        }
    }

    private void client(UserProcess process, String name, ImmutableList<KvPlan.Step> steps) {
        try (NetlinkSocket socket = open(process)) {
            if (plan.smallBuffers()) {
                socket.setReceiveBuffer(0);
            }
            KvClient client =
                    new KvClient(
                            ConnectorClient.builder(process, socket)
                                    .timeout(TIMEOUT)
                                    .tries(plan.tries())
                                    .bufferBytes(4096)
                                    .replyRule(rule)
                                    .build());
            for (KvPlan.Step step : steps) {
                if (step.pauseMicros() > 0) {
                    process.sleep(Duration.ofNanos(step.pauseMicros() * 1000L));
                }
                process.print(
                        name
                                + ": "
                                + history.call(name, client, step.op(), step.key(), step.value()));
            }
        }
    }

    private void readAll(UserProcess process) {
        try (NetlinkSocket socket = open(process)) {
            KvClient client =
                    new KvClient(
                            ConnectorClient.builder(process, socket)
                                    .timeout(TIMEOUT)
                                    .tries(PATIENT_TRIES)
                                    .build());
            var _ = history.call("reader", client, KvOp.ALL, "", "");
        }
    }

    // ---- Shrinking -----------------------------------------------------------------------------

    /** A smaller plan that fails in the same way. */
    static KvPlan shrink(KvPlan failing, ReplyRule rule, String failure) {
        KvPlan best = failing;
        for (KvPlan smaller = oneSmaller(best, rule, failure); smaller != null; ) {
            best = smaller;
            smaller = oneSmaller(best, rule, failure);
        }
        return best;
    }

    private static @Nullable KvPlan oneSmaller(KvPlan plan, ReplyRule rule, String failure) {
        for (KvPlan smaller : plan.smaller()) {
            for (int i = 0; i < SCHEDULES_OF_A_SMALLER_PLAN; i++) {
                KvPlan candidate = smaller.seed(plan.seed() + i);
                if (failure.equals(new KvRun(candidate, rule).run().failure())) {
                    return candidate;
                }
            }
        }
        return null;
    }

    /** The smallest schedule of the plan with this failure, as a text. */
    String toText(String failure) {
        Outcome recorded = run(Strategies.of("random", plan.seed()), true);
        SparseSchedule schedule =
                new Shrinker(this, failure).shrink(SparseSchedule.of(recorded.schedule()));
        ColumnTrace columns = ColumnTrace.ofTheEnd(plan.cpus());
        observer =
                event -> {
                    if (!isOver && isOfMessages(event)) {
                        columns.accept(event);
                    }
                };
        Outcome again = run(new Narrator(schedule.strategy(), columns), false);
        return failure
                + "\n"
                + plan
                + "\n"
                + String.join("\n", columns.lines())
                + "\n"
                + history
                + (failure.equals(again.failure()) ? "" : "\nbut not again: " + again.failure());
    }

    /** Whether a reader who looks for a message wants to see this. */
    private static boolean isOfMessages(TraceEvent event) {
        String kind = event.kind().name();
        if (kind.startsWith("netlink_")) {
            boolean isEmptyReceive = event.toShortLine().contains("=-11");
            return !isEmptyReceive && !kind.endsWith("bind") && !kind.endsWith("release");
        }
        return kind.startsWith("cn_") || kind.equals("fault_injected") || kind.equals("print");
    }
}
