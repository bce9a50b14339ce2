package org.vkernel.testmodules.kv;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.FaultRule;

/**
 * A run of the store under loss.
 *
 * @param seed decides the schedule, and what is drawn in the run
 * @param clients what each process calls, in order
 * @param smallBuffers whether the processes have the smallest receive buffer
 * @param answersToGroup whether answers go to the group in the direct era, too
 * @param tries how often a request is sent
 * @param faultPercent how many atomic allocations fail while a client's request is handled
 * @param killMicros after how many microseconds the first client is killed; 0: not
 * @param window what the store remembers; 0: nothing
 */
record KvPlan(
        long seed,
        Profile profile,
        int cpus,
        ImmutableList<ImmutableList<Step>> clients,
        boolean smallBuffers,
        boolean answersToGroup,
        int tries,
        int faultPercent,
        int killMicros,
        int window) {
    private static final KvOp[] OPS = {
        KvOp.APPEND, KvOp.APPEND, KvOp.APPEND, KvOp.PUT, KvOp.GET, KvOp.DELETE, KvOp.ALL
    };

    /**
     * A call.
     *
     * @param pauseMicros how long the client sleeps before it, without receiving
     */
    record Step(KvOp op, String key, String value, int pauseMicros) {}

    /** Any plan. */
    static KvPlan random(Profile profile, long seed) {
        SplitMix chance = new SplitMix(seed);
        List<ImmutableList<Step>> clients = new ArrayList<>();
        int count = 1 + chance.nextInt(3);
        for (int i = 0; i < count; i++) {
            List<Step> steps = new ArrayList<>();
            int length = 1 + chance.nextInt(3);
            for (int j = 0; j < length; j++) {
                KvOp op = OPS[chance.nextInt(OPS.length)];
                boolean hasValue = op == KvOp.PUT || op == KvOp.APPEND;
                steps.add(
                        new Step(
                                op,
                                op == KvOp.ALL ? "" : chance.nextInt(3) == 0 ? "x" : "y",
                                hasValue ? "" + (char) ('a' + i) + j : "",
                                chance.nextInt(2) * chance.nextInt(3000)));
            }
            clients.add(ImmutableList.copyOf(steps));
        }
        return new KvPlan(
                seed,
                profile,
                1 + chance.nextInt(4),
                ImmutableList.copyOf(clients),
                chance.nextInt(3) > 0,
                chance.nextInt(2) == 0,
                1 + chance.nextInt(4),
                chance.nextInt(2) * chance.nextInt(60),
                chance.nextInt(4) == 0 ? 1 + chance.nextInt(3000) : 0,
                16);
    }

    /** With a store that remembers so much. */
    KvPlan window(int value) {
        return new KvPlan(
                seed,
                profile,
                cpus,
                clients,
                smallBuffers,
                answersToGroup,
                tries,
                faultPercent,
                killMicros,
                value);
    }

    private KvPlan with(
            long newSeed,
            int newCpus,
            List<ImmutableList<Step>> newClients,
            boolean small,
            int percent,
            int kill) {
        return new KvPlan(
                newSeed,
                profile,
                newCpus,
                ImmutableList.copyOf(newClients),
                small,
                answersToGroup,
                tries,
                percent,
                kill,
                window);
    }

    /** Another schedule. */
    KvPlan seed(long value) {
        return with(value, cpus, clients, smallBuffers, faultPercent, killMicros);
    }

    /** Plans of which less is to be read. */
    List<KvPlan> smaller() {
        List<KvPlan> plans = new ArrayList<>();
        for (int i = 0; clients.size() > 1 && i < clients.size(); i++) {
            List<ImmutableList<Step>> fewer = new ArrayList<>(clients);
            fewer.remove(i);
            plans.add(with(seed, cpus, fewer, smallBuffers, faultPercent, killMicros));
        }
        for (int i = 0; i < clients.size(); i++) {
            for (int j = 0; j < clients.get(i).size(); j++) {
                List<Step> steps = new ArrayList<>(clients.get(i));
                steps.remove(j);
                List<ImmutableList<Step>> fewer = new ArrayList<>(clients);
                fewer.set(i, ImmutableList.copyOf(steps));
                plans.add(with(seed, cpus, fewer, smallBuffers, faultPercent, killMicros));
            }
        }
        if (killMicros > 0) {
            plans.add(with(seed, cpus, clients, smallBuffers, faultPercent, 0));
        }
        if (faultPercent > 0) {
            plans.add(with(seed, cpus, clients, smallBuffers, 0, killMicros));
        }
        if (smallBuffers) {
            plans.add(with(seed, cpus, clients, false, faultPercent, killMicros));
        }
        if (cpus > 1) {
            plans.add(with(seed, cpus - 1, clients, smallBuffers, faultPercent, killMicros));
        }
        return plans;
    }

    /** What the kernel is booted with. */
    KernelConfig config() {
        KernelConfig config = KernelConfig.simulated(seed).cpus(cpus).profile(profile);
        if (faultPercent == 0) {
            return config;
        }
        List<FaultRule> rules = new ArrayList<>();
        FaultRule rule = FaultRule.failslab(faultPercent).verbose(0);
        rules.add(rule.task(KvRun.CLIENT));
        for (int cpu = 0; cpu < cpus; cpu++) {
            rules.add(rule.task("cqueue/" + cpu));
        }
        return config.faults(FaultPlan.of(rules.toArray(FaultRule[]::new)));
    }

    @Override
    public String toString() {
        return "%s, %d CPUs, %d tries%s%s%s%s, clients %s"
                .formatted(
                        profile,
                        cpus,
                        tries,
                        smallBuffers ? ", small buffers" : "",
                        answersToGroup ? ", answers to the group" : "",
                        faultPercent > 0 ? ", " + faultPercent + " % of allocations fail" : "",
                        killMicros > 0 ? ", killed after " + killMicros + " us" : "",
                        clients);
    }
}
