package org.vkernel.emulator.skb;

/** What an sk_buff may belong to, {@code skb->sk}: a socket's common part. */
public interface SkBuffOwner {}
