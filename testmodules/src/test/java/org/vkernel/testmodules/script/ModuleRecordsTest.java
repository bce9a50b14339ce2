package org.vkernel.testmodules.script;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.netlink.script.NetlinkScript;
import org.vkernel.netlink.script.ScriptKernel;
import org.vkernel.netlink.script.ScriptOperations;

/** Replays records of Linux 6.1.192 that load {@code cn_test} and read the log. */
class ModuleRecordsTest {
    private static final ScriptOperations OPERATIONS = ScriptOperations.load();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a-callbacks/s16-cn_test-first-taken.nls",
                "a-callbacks/s17-cn_test-second-taken.nls",
                "a-callbacks/s18-modules.nls",
                "c-to-kernel/iso-zero-length-warning.nls"
            })
    void record_replayed_answersAsLinux(String name) throws Exception {
        Path file =
                Path.of(
                        Objects.requireNonNull(
                                        ModuleRecordsTest.class.getResource(
                                                "/records/uml-6.1/" + name))
                                .toURI());
        NetlinkScript script = NetlinkScript.read(file);
        for (KernelConfig machine :
                new KernelConfig[] {KernelConfig.simulated(1), KernelConfig.parallel()}) {
            assertEquals(List.of(), ScriptKernel.replay(script, OPERATIONS, machine), name);
        }
    }

    @Test
    void unknownModule_isNotFound() {
        NetlinkScript script =
                NetlinkScript.parse(
                        "test",
                        List.of(
                                "{\"nls\":1,\"kernel\":\"6.18.44\",\"uid\":0,\"tgid\":50}",
                                "{\"op\":\"insmod\",\"module\":\"x\",\"err\":\"ENOENT\"}"));
        assertEquals(List.of(), ScriptKernel.replay(script, OPERATIONS, KernelConfig.simulated(1)));
    }
}
