package com.example;

import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_CONNECTOR;
import static org.vkernel.netlink.abi.SocketType.SOCK_DGRAM;

import java.util.List;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;

/** A process that sends the module a message and prints its answer. */
public final class HelloScenario implements Scenario {
    @Override
    public List<Class<? extends KernelModule>> modules() {
        return List.of(Hello.class);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        options.modprobe(kernel, Hello.class);
        kernel.spawn("client", HelloScenario::ask);
    }

    static void ask(UserProcess process) {
        try (var socket = NetlinkSocket.open(process, SOCK_DGRAM, NETLINK_CONNECTOR)) {
            socket.bind(NetlinkSocket.AUTO, 0);
            CnMsg question = CnMsg.builder(Hello.ID).seq(1).text("penguin").build();
            socket.sendTo(question.toNlMsg(0).toByteArray(), NetlinkAddress.KERNEL);
            CnMsg answer = CnMsg.parse(NlMsg.parse(socket.receive(4096)));
            process.print("client: got \"" + answer.text() + "\"");
        }
    }
}
