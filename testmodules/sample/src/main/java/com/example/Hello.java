package com.example;

import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.SeqAck;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.module.ModuleParam;
import org.vkernel.emulator.printk.LogLevel;

/** A kernel module that answers each message. */
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class Hello implements KernelModule {
    public static final CbId ID = CbId.of(0x123, 0x456);

    @ModuleParam private static String greeting = "hello";

    @Override
    public int init(ModuleContext kernel) {
        Connector connector = kernel.use(Connector.class);
        return connector.addCallback(ID, "hello", (msg, sender) -> {
            kernel.printk(LogLevel.INFO, "hello: %s from port %d", msg.text(), sender.portid());
            String text = greeting + ", " + msg.text();
            CnMsg answer = SeqAck.replyTo(msg).text(text).build();
            connector.netlinkSend(answer, sender.portid(), 0, GfpMask.KERNEL);
        });
    }

    @Override
    public void exit(ModuleContext kernel) {
        kernel.use(Connector.class).delCallback(ID);
    }
}
