package org.vkernel.emulator.module.sample;

enum State {
    IDLE,
    BUSY,
    DONE
}
