package org.vkernel.testmodules.property.answer;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.testmodules.property.answer.AnswerAction.Ask;
import org.vkernel.testmodules.property.answer.AnswerAction.Become;
import org.vkernel.testmodules.property.answer.AnswerAction.Close;
import org.vkernel.testmodules.property.answer.AnswerAction.Drain;
import org.vkernel.testmodules.property.answer.AnswerAction.Kind;
import org.vkernel.testmodules.property.answer.AnswerAction.Open;
import org.vkernel.testmodules.property.answer.AnswerAction.Read;
import org.vkernel.testmodules.property.answer.AnswerAction.Request;
import org.vkernel.testmodules.property.answer.AnswerAction.SetOption;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/** Up to three processes that ask a service of the kernel, each as it likes. */
public final class Answers implements Workload<AnswerAction, AnswersSeen> {
    static final Answers WORKLOAD = new Answers();

    /** All allocations that are larger than they must be. */
    static final int LARGE = -1;

    /** Added to a number: that allocation fails, and all behind it. */
    static final int ON = 100;

    static final int GROUPS = 2;

    private static final int MOST_ASKERS = 3;
    private static final int MOST_REQUESTS = 3;

    /** How often an option is set that is contested. */
    private static final int MOST_SETS = 20;

    private static final int HEADER = 16;
    private static final int[] BUFFERS = {8192, 8192, 20_000, 32_768};
    private static final int[] ERRORS = {0, 0, 0, -Errno.EPERM, -Errno.EINVAL, -Errno.EOPNOTSUPP};

    private Answers() {}

    /** The properties that are checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(
                new OneAnswerPerRequest(WORKLOAD),
                new DumpsAreWhole(WORKLOAD),
                new MembersAreNotified(WORKLOAD),
                new NothingIsLeftOfRequests(WORKLOAD),
                new DumpsDoNotReclaim(WORKLOAD));
    }

    @Override
    public boolean bearsShortage() {
        return false;
    }

    @Override
    public String name() {
        return "answers";
    }

    // ---- The plan ---------------------------------------------------------------------------

    @Override
    public ImmutableList<AnswerAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<AnswerAction> plan = ImmutableList.builder();
        int[] numbers = {1};
        int askers = 1 + random.nextInt(MOST_ASKERS);
        for (int asker = 0; asker < askers; asker++) {
            // Each asker has things that it never does.
            int off = random.nextInt(8);
            int steps = 2 + random.nextInt(6);
            Open open = open(asker, random);
            plan.add(open);
            boolean isContested = random.nextInt(3) == 0;
            for (int i = 0; i < steps && isContested; i++) {
                plan.add(
                        random.nextInt(3) == 0
                                ? new SetOption(asker, NetlinkOption.NETLINK_EXT_ACK, MOST_SETS)
                                : refused(random, asker, numbers));
            }
            for (int i = 0; i < steps && !isContested; i++) {
                plan.add(step(setting, random, asker, off, open, numbers));
            }
        }
        return plan.build();
    }

    /** Requests that are refused in many words, while an option is set that decides about them. */
    private static Ask refused(SplitMix random, int asker, int[] numbers) {
        ImmutableList.Builder<Request> requests = ImmutableList.builder();
        for (int i = 0; i < MOST_REQUESTS; i++) {
            requests.add(
                    new Request(
                            Kind.PLAIN,
                            numbers[0]++,
                            true,
                            -Errno.EINVAL,
                            0,
                            200 + random.nextInt(800),
                            0,
                            0,
                            0));
        }
        return new Ask(asker, requests.build(), true, 0);
    }

    private static Open open(int asker, SplitMix random) {
        return new Open(
                asker,
                random.nextInt(3) == 0,
                random.nextInt(3) == 0,
                random.nextInt(3) == 0 ? 1 + random.nextInt(GROUPS) : 0,
                BUFFERS[random.nextInt(BUFFERS.length)]);
    }

    private static AnswerAction step(
            Setting setting, SplitMix random, int asker, int off, Open open, int[] numbers) {
        boolean isShort = (off & 1) == 0 && random.nextInt(2) == 0;
        int shortage = isShort ? shortage(random) : 0;
        return switch (random.nextInt(12)) {
            case 0 -> new Become(asker, random.nextInt(2) == 0);
            case 1 -> (off & 2) == 0 ? new Close(asker) : new Drain(asker);
            case 2, 3 -> new SetOption(asker, option(random), 1 + random.nextInt(8));
            case 4 -> new Drain(asker);
            case 5, 6, 7 -> new Read(asker, 1 + random.nextInt(4), shortage);
            default -> {
                ImmutableList.Builder<Request> requests = ImmutableList.builder();
                int count = (off & 4) == 0 ? 1 + random.nextInt(MOST_REQUESTS) : 1;
                for (int i = 0; i < count; i++) {
                    requests.add(request(setting, random, open, numbers[0]++));
                }
                yield new Ask(asker, requests.build(), random.nextInt(3) != 0, shortage);
            }
        };
    }

    private static int shortage(SplitMix random) {
        return switch (random.nextInt(3)) {
            case 0 -> LARGE;
            case 1 -> 1 + random.nextInt(4);
            default -> ON + 1 + random.nextInt(4);
        };
    }

    private static int option(SplitMix random) {
        return random.nextInt(3) == 0
                ? NetlinkOption.NETLINK_CAP_ACK
                : NetlinkOption.NETLINK_EXT_ACK;
    }

    private static Request request(Setting setting, SplitMix random, Open open, int number) {
        boolean ack = random.nextInt(2) == 0;
        int error = ERRORS[random.nextInt(ERRORS.length)];
        int said = random.nextInt(2) == 0 ? 0 : random.nextInt(1000);
        return switch (random.nextInt(8)) {
            case 0, 1 -> new Request(Kind.PLAIN, number, ack, error, 0, said, 0, 0, 0);
            case 2 ->
                    new Request(
                            Kind.NOTIFY,
                            number,
                            ack,
                            0,
                            1 + random.nextInt(GROUPS),
                            random.nextInt(2),
                            0,
                            0,
                            0);
            case 3 -> new Request(Kind.PRIVILEGED, number, ack, 0, 0, said, 0, 0, 0);
            default -> dump(setting, random, open, number, ack);
        };
    }

    /** Entries of all sizes, but often such that they just fill a part, or just do not. */
    private static Request dump(
            Setting setting, SplitMix random, Open open, int number, boolean ack) {
        int minAlloc = random.nextInt(4) == 0 ? 5000 : 0;
        int part = Math.max(setting.profile().largeUnicastThreshold(), minAlloc);
        if (random.nextInt(3) == 0) {
            part = Math.max(part, open.bufferBytes());
        }
        int perPart = 1 + random.nextInt(12);
        int bytes =
                random.nextInt(2) == 0
                        ? part / perPart - HEADER - random.nextInt(2) * random.nextInt(8)
                        : random.nextInt(1000);
        int limited = Math.clamp(bytes, 4, 3000);
        int entries = random.nextInt(2) == 0 ? perPart : random.nextInt(40);
        return new Request(
                Kind.DUMP,
                number,
                ack,
                random.nextInt(4) == 0 ? -Errno.EPERM : 0,
                Math.min(entries, 60_000 / limited),
                limited,
                minAlloc,
                random.nextInt(4) == 0 ? -Errno.ENOENT : 0,
                random.nextInt(20));
    }

    // ---- A run ------------------------------------------------------------------------------

    @Override
    public AnswersSeen run(VirtualKernel kernel, Setting setting, List<AnswerAction> plan) {
        AnswersSeen seen = new AnswersSeen();
        new AnswersRun(kernel, seen, plan).run();
        return seen;
    }
}
