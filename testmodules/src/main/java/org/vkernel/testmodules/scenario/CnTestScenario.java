package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.ConnectorLimits;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.Modules;
import org.vkernel.testmodules.cntest.CnTest;
import org.vkernel.testmodules.ucon.Ucon;

/** The connector's test module and a process that listens to it: the project's main job. */
public final class CnTestScenario implements Scenario {
    @Override
    public String name() {
        return "cn_test";
    }

    @Override
    public String description() {
        return "the module cn_test sends a counter once a second, ucon listens";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(12);
    }

    @Override
    public List<Class<? extends KernelModule>> modules() {
        return ImmutableList.of(CnTest.class);
    }

    @Override
    public @Nullable String hint(Profile running, ScenarioOptions options) {
        String given = options.params().get(Modules.nameOf(CnTest.class), "idx");
        int group = given == null ? 0 : Long.decode(given).intValue();
        if (group == 0) {
            group = CnTest.defaultIdx(running);
        }
        return Integer.compareUnsigned(group, ConnectorLimits.GROUPS) > 0
                ? String.format(
                        "no socket can join group 0x%x, which cn_test sends to: to hear it, try"
                                + " --param cn_test.idx=14",
                        group)
                : null;
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        options.modprobe(kernel, CnTest.class);
        // Its standard output comes as it would from a terminal: line by line.
        kernel.spawn("ucon", process -> Ucon.listener(process::print).run(process));
    }
}
